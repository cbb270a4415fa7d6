import { Group, Radio, Stack } from "@mantine/core";
import { useId, type ReactNode } from "react";
import classes from "./RadioCard.module.css";

interface Props {
  value: string;
  /** The choice's name for screen readers: what to compare, in a few words. */
  name: string;
  header: ReactNode;
  /** What a screen reader reads after the name. */
  facts?: ReactNode;
  disabled?: boolean;
  children?: ReactNode;
}

/** One choice of a Radio.Group, as a fully clickable card. */
export function RadioCard({ value, name, header, facts, disabled = false, children }: Props) {
  const factsId = useId();
  return (
    <label className={classes.card} data-disabled={disabled || undefined}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Radio
          value={value}
          aria-label={name}
          aria-describedby={facts ? factsId : undefined}
          disabled={disabled}
          mt={3}
        />
        <Stack gap={4} miw={0} flex={1}>
          {header}
          {facts && <div id={factsId}>{facts}</div>}
          {children}
        </Stack>
      </Group>
    </label>
  );
}
