import { Alert, Button, Group, List, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { Navigate, useNavigate } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { useCurrent } from "../../entities/subscription/useCurrent";
import type { CurrentSubscription } from "../../lib/api/types";
import { formatDay } from "../../lib/format/dates";
import { m } from "../../lib/messages";
import { PageDialog } from "../../ui/PageDialog";
import { describe } from "../../ui/QueryState";
import { useCancelPlan } from "./api/useCancelPlan";
import { isPaidNow } from "./paidTime";

const PAGE = "/plan";

/** Says what ends when and what stays, and asks once more; a dialog with its own URL. */
export function CancelPlanDialog() {
  const me = useMe().data;
  const current = useCurrent().data;
  const navigate = useNavigate();
  if (!current) return null;
  if (me?.user.role !== "owner" || !current.may.cancel) return <Navigate to={PAGE} replace />;
  const close = () => void navigate(PAGE);
  return (
    <PageDialog title={m.cancelPlan.title} closeLabel={m.cancelPlan.close} onClose={close}>
      <Stack>
        <Consequences current={current} />
        <CancelForm onClose={close} />
      </Stack>
    </PageDialog>
  );
}

function Consequences({ current }: { current: CurrentSubscription }) {
  const { plan, open_invoice: invoice, next_plan: next, paid_until_day: until } = current;
  const last = until && isPaidNow(current) ? formatDay(until) : null;
  const name = plan?.name ?? "";
  const lines = [
    last ? m.cancelPlan.until(name, last) : m.cancelPlan.atOnce(name),
    invoice?.kind === "renewal" && m.cancelPlan.voided(invoice.number),
    next && current.may.choose_plan && m.cancelPlan.dropped(next.name),
    m.cancelPlan.noMore,
  ].filter((line) => typeof line === "string");
  return (
    <>
      <div>
        <Heading>{m.cancelPlan.what}</Heading>
        <List withPadding size="sm">
          {lines.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      </div>
      <div>
        <Heading>{m.cancelPlan.stays}</Heading>
        <Text size="sm">
          {m.cancelPlan.staysText} {last && m.cancelPlan.undo(last)}
        </Text>
      </div>
    </>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Text component="h3" fz="md" fw={600} m={0}>
      {children}
    </Text>
  );
}

function CancelForm({ onClose }: { onClose: () => void }) {
  const cancel = useCancelPlan(onClose);
  const [reason, setReason] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!cancel.isPending) cancel.mutate({ reason });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Stack>
        <Textarea
          id="reason"
          label={`${m.cancelPlan.reason} ${m.signup.optional}`}
          rows={3}
          maxLength={1000}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        {cancel.error && (
          <Alert color="red" role="alert">
            {describe(cancel.error)}
          </Alert>
        )}
        <Group>
          <Button type="submit" color="red" loading={cancel.isPending}>
            {m.cancelPlan.submit}
          </Button>
          <Button variant="default" onClick={onClose}>
            {m.cancelPlan.keep}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
