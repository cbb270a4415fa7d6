import { Button, Stack, Text, type ButtonProps } from "@mantine/core";
import { m } from "../../lib/messages";
import { describe } from "../../ui/QueryState";
import { useKeepPlan } from "./api/useKeepPlan";

/** The button that takes back a cancellation, and why that failed. */
export function KeepPlan({ size = "sm" }: { size?: ButtonProps["size"] }) {
  const keep = useKeepPlan();
  return (
    <Stack gap={4} align="flex-start">
      <Button
        size={size}
        loading={keep.isPending}
        onClick={() => {
          keep.mutate();
        }}
      >
        {m.yourPlan.keep}
      </Button>
      {keep.error && (
        <Text size="sm" c="red" role="alert">
          {describe(keep.error)}
        </Text>
      )}
    </Stack>
  );
}
