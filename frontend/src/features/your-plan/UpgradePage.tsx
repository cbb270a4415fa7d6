import { Alert, Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useOwnPaymentMethods } from "../../entities/catalogue/useOwnPaymentMethods";
import { usePlans } from "../../entities/catalogue/usePlans";
import { useMe } from "../../entities/me/useMe";
import { useCurrent } from "../../entities/subscription/useCurrent";
import type { Me } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { ChangeForm } from "./ChangeForm";
import { NextPlan } from "./NextPlan";

/** Chooses another plan, from when on and how to pay; an order waits for the approval. */
export function UpgradePage() {
  usePageTitle(m.upgrade.title);
  const me = useMe().data;
  const current = useCurrent().data;
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <Title order={1}>{m.upgrade.title}</Title>
      {current && <NextPlan current={current} />}
      {me?.pending_subscription ? <Pending me={me} /> : <Choice />}
    </Stack>
  );
}

/** An order that waits: pay or cancel it, or order another plan in its place. */
function Pending({ me }: { me: Me }) {
  const [isReplacing, setIsReplacing] = useState(false);
  const isReviewed = me.open_invoice?.payment_state === "under_review";
  const isOwner = me.user.role === "owner";
  const plan = me.pending_subscription?.plan.name ?? "";
  return (
    <>
      <Alert color="yellow">
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            {(isReviewed ? m.upgrade.underReview : m.upgrade.pending)(plan)}{" "}
            {me.open_invoice && (
              <Anchor component={Link} to={`/invoices/${me.open_invoice.id}`} c="inherit" inherit>
                {m.invoice.title(me.open_invoice.number)}
              </Anchor>
            )}
          </Text>
          {isReplacing ? (
            <Text size="sm">{m.upgrade.replaces(plan)}</Text>
          ) : (
            isOwner &&
            !isReviewed && (
              <Button
                variant="default"
                size="compact-md"
                onClick={() => {
                  setIsReplacing(true);
                }}
              >
                {m.upgrade.instead}
              </Button>
            )
          )}
        </Stack>
      </Alert>
      {isReplacing && <Choice />}
    </>
  );
}

function Choice() {
  const plans = usePlans();
  const methods = useOwnPaymentMethods();
  const current = useCurrent();
  return (
    <QueryState query={plans}>
      {(offered) => (
        <QueryState query={methods}>
          {(list) => (
            <QueryState query={current}>
              {(data) => (
                <ChangeForm
                  current={data}
                  plans={offered.filter((plan) => !plan.is_free)}
                  methods={list}
                />
              )}
            </QueryState>
          )}
        </QueryState>
      )}
    </QueryState>
  );
}
