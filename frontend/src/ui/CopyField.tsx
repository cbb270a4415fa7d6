import { Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import { m } from "../lib/messages";

interface Props {
  label: string;
  value: string;
  copyable?: boolean;
  /** What is copied, if it differs from what is shown. */
  copied?: string;
  emphasis?: boolean;
  hint?: string;
}

/** A labelled value with a button that copies it and says so. */
export function CopyField({
  label,
  value,
  copyable = true,
  copied: text = value,
  emphasis = false,
  hint,
}: Props) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="md" align="center">
      <Stack gap={0} miw={0}>
        <Text size="sm" c="dimmed">
          <bdi>{label}</bdi>
        </Text>
        <Text
          fw={emphasis ? 700 : 500}
          size={emphasis ? "xl" : "md"}
          style={{ overflowWrap: "anywhere" }}
        >
          <bdi>{value}</bdi>
        </Text>
        {hint && (
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        )}
      </Stack>
      {copyable && (
        <CopyButton value={text} timeout={2000}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="compact-md"
              miw={84}
              onClick={copy}
              aria-label={copied ? m.copy.copied : m.copy.copy(label)}
              aria-live="polite"
              style={{ flexShrink: 0 }}
            >
              {copied ? m.copy.copied : m.copy.short}
            </Button>
          )}
        </CopyButton>
      )}
    </Group>
  );
}
