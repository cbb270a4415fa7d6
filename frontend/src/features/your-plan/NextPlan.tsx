import { Alert, Button, Stack, Text } from "@mantine/core";
import { useMe } from "../../entities/me/useMe";
import type { CurrentSubscription } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { describe } from "../../ui/QueryState";
import { useDropNextPlan } from "./api/useDropNextPlan";

/** The plan that was chosen for the next period, and a way to drop it; nothing if none comes. */
export function NextPlan({ current }: { current: CurrentSubscription }) {
  const isOwner = useMe().data?.user.role === "owner";
  const drop = useDropNextPlan();
  const { plan, next_plan: next } = current;
  if (!plan || !next || current.cancel_at_period_end) return null;
  return (
    <Alert color="blue">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{m.yourPlan.next(next.name)}</Text>
        {isOwner && (
          <Button
            variant="default"
            size="compact-md"
            loading={drop.isPending}
            onClick={() => {
              drop.mutate();
            }}
          >
            {m.yourPlan.drop(plan.name)}
          </Button>
        )}
        {drop.error && (
          <Text size="sm" c="red" role="alert">
            {describe(drop.error)}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
