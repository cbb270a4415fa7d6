import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Link, useNavigate } from "react-router";
import { useMe } from "../../entities/me/useMe";
import type { CurrentSubscription } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { describe } from "../../ui/QueryState";
import { useRenewEarly } from "./api/useRenewEarly";
import { KeepPlan } from "./KeepPlan";

/** What can be done about the plan now, or why nothing can. */
export function PlanActions({ current }: { current: CurrentSubscription }) {
  const isOwner = useMe().data?.user.role === "owner";
  const { open_invoice: invoice, claim, may, stage } = current;
  const isOrder = stage === "order";
  const mayChange = may.choose_plan || (isOrder && !claim);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {invoice && (
          <Button
            component={Link}
            to={`/invoices/${invoice.id}`}
            variant={claim ? "default" : "filled"}
          >
            {claim ? m.banner.seeState : m.banner.seeHow}
          </Button>
        )}
        {isOwner && may.keep && <KeepPlan />}
        {isOwner && may.renew_early && <RenewEarly />}
        {isOwner && mayChange && (
          <Button component={Link} to="/upgrade" variant="default">
            {m.upgrade.change}
          </Button>
        )}
        {isOwner && may.cancel && (
          <Button component={Link} to="/plan/cancel" variant="subtle" color="red">
            {m.yourPlan.cancel}
          </Button>
        )}
      </Group>
      {!isOwner && (
        <Text size="sm" c="dimmed">
          {m.yourPlan.ownerOnly}
        </Text>
      )}
      {isOwner && claim && !may.cancel && (
        <Text size="sm" c="dimmed">
          {m.yourPlan.underReview}
        </Text>
      )}
    </Stack>
  );
}

/** Orders the invoice of the next period, and goes there. */
function RenewEarly() {
  const navigate = useNavigate();
  const renew = useRenewEarly((invoiceId) => void navigate(`/invoices/${invoiceId}`));
  return (
    <Stack gap={4} align="flex-start">
      <Button
        variant="default"
        loading={renew.isPending}
        onClick={() => {
          renew.mutate();
        }}
      >
        {m.yourPlan.renewEarly}
      </Button>
      {renew.error && (
        <Alert color="red" role="alert">
          {describe(renew.error)}
        </Alert>
      )}
    </Stack>
  );
}
