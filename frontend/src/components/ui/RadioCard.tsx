import { Group, Radio, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./RadioCard.module.css";

interface Props {
  value: string;
  name: string;
  disabled?: boolean;
  children: ReactNode;
}

/** One choice of a Radio.Group as a card that is clickable all over. */
export function RadioCard({ value, name, disabled = false, children }: Props) {
  return (
    <label className={classes.card} data-disabled={disabled || undefined}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Radio value={value} aria-label={name} disabled={disabled} mt={3} />
        <Stack gap={4} miw={0} flex={1}>
          {children}
        </Stack>
      </Group>
    </label>
  );
}
