import { Alert, Anchor, Button, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { useSeller } from "../../entities/catalogue/useSeller";
import { hasNothingOrdered, useMe } from "../../entities/me/useMe";
import { methodName } from "../../entities/payment-method/methodTexts";
import type { Invoice } from "../../lib/api/types";
import { formatMoment } from "../../lib/format/dates";
import { formatCount, formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { CopyField } from "../../ui/CopyField";
import { describe } from "../../ui/QueryState";
import { useWithdrawPayment } from "./api/useWithdrawPayment";
import { ProofSection } from "./ProofSection";

/** A payment is under review: since when, what comes next, and how to withdraw it. */
export function ReviewPanel({ invoice }: { invoice: Invoice }) {
  const withdraw = useWithdrawPayment(invoice.id);
  const payment = invoice.latest_payment;
  if (!payment) return null;
  return (
    <Paper withBorder p="lg" radius="md" role="status">
      <Stack>
        <Title order={2} size="h4">
          {m.invoice.reviewTitle}
        </Title>
        <Text>{m.invoice.reviewText(formatMoment(payment.submitted_at))}</Text>
        <Title order={3} size="h5">
          {m.invoice.reviewNext}
        </Title>
        <Text>{m.invoice.reviewNextText}</Text>
        <Title order={3} size="h5">
          {m.invoice.youSent}
        </Title>
        <CopyField
          label={m.invoice.amount}
          value={formatMoney(payment.amount, payment.currency)}
          copyable={false}
        />
        <CopyField label={m.invoice.method} value={methodName(payment)} copyable={false} />
        <CopyField
          label={m.invoice.referenceGiven}
          value={payment.manual_reference}
          copyable={false}
        />
        <ProofSection payment={payment} />
        {withdraw.error && (
          <Alert color="red" role="alert">
            {describe(withdraw.error)}
          </Alert>
        )}
        <div>
          <Button
            variant="default"
            loading={withdraw.isPending}
            onClick={() => {
              withdraw.mutate(payment.id);
            }}
          >
            {m.invoice.withdraw}
          </Button>
        </div>
      </Stack>
    </Paper>
  );
}

/** Why the last payment was rejected. */
export function RejectedPanel({ invoice }: { invoice: Invoice }) {
  return (
    <Alert color="red" title={m.invoice.rejectedTitle} role="status">
      <Text size="sm" fw={600}>
        {m.invoice.reason}: <bdi>{invoice.latest_payment?.admin_notes}</bdi>
      </Text>
      <Text size="sm">{m.invoice.rejectedText}</Text>
    </Alert>
  );
}

export function PaidPanel() {
  const account = useMe().data?.account;
  return (
    <Alert color="brand" title={m.invoice.paidTitle} role="status">
      {account && m.invoice.paidText(formatCount(account.credits))}
    </Alert>
  );
}

/** Nothing is owed: why, and what to do if there is no other order. */
export function VoidPanel({ invoice }: { invoice: Invoice }) {
  const me = useMe().data;
  return (
    <Alert color="gray" title={m.invoice.voidTitle} role="status">
      <Stack gap="xs" align="start">
        <Text size="sm">{m.invoice.voidText}</Text>
        {invoice.void_reason && (
          <Text size="sm" fw={600}>
            {m.invoice.reason}: <bdi>{invoice.void_reason}</bdi>
          </Text>
        )}
        <IfPaid invoice={invoice} />
        {me && hasNothingOrdered(me) && (
          <Button component={Link} to="/upgrade" size="sm">
            {m.upgrade.title}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** What to do if money was sent for a void invoice. */
function IfPaid({ invoice: { payment_reference: reference } }: { invoice: Invoice }) {
  const seller = useSeller().data;
  return (
    <Text size="sm">
      {m.invoice.voidPaid(reference)}{" "}
      {seller?.email && (
        <Anchor href={`mailto:${seller.email}?subject=${encodeURIComponent(reference)}`} inherit>
          {m.invoice.voidWrite}
        </Anchor>
      )}
    </Text>
  );
}
