import { Group, Radio, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./RadioCard.module.css";

/** One choice of a Radio.Group as a card that is clickable all over. */
export function RadioCard({
  value,
  name,
  children,
}: {
  value: string;
  name: string;
  children: ReactNode;
}) {
  return (
    <label className={classes.card}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Radio value={value} aria-label={name} mt={3} />
        <Stack gap={4} miw={0} flex={1}>
          {children}
        </Stack>
      </Group>
    </label>
  );
}
