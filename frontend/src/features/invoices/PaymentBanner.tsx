import { Alert, Anchor, Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { useMe } from "../../entities/me/useMe";
import type { Invoice, Me } from "../../lib/api/types";
import { formatDay, formatMoment } from "../../lib/format/dates";
import { formatCount, formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { approvalToCelebrate, markCelebrated } from "./celebration";

const COLORS = { due: "blue", overdue: "red", under_review: "yellow", rejected: "red" } as const;

/** On every page: the amount due and what to do; and, once, that a payment was approved. */
export function PaymentBanner() {
  const me = useMe().data;
  if (!me) return null;
  return (
    <>
      <Celebration key={me.last_decision?.id} me={me} />
      {me.open_invoice && <OpenInvoice invoice={me.open_invoice} />}
    </>
  );
}

function OpenInvoice({ invoice }: { invoice: Invoice }) {
  const { pathname } = useLocation();
  const state = invoice.payment_state;
  if (pathname.startsWith(`/invoices/${invoice.id}`)) return null;
  if (state === "paid" || state === "void") return null;
  return (
    <Alert color={COLORS[state]} radius={0} role="region" aria-label={m.banner.label}>
      <Group justify="space-between" maw={960} mx="auto" gap="xs">
        <Text size="sm">{textOf(invoice)}</Text>
        <Anchor component={Link} to={`/invoices/${invoice.id}`} size="sm" fw={600} c="inherit">
          {linkOf(state)}
        </Anchor>
      </Group>
    </Alert>
  );
}

/** Shown until it is closed, the page is left or another payment is decided; never again then. */
function Celebration({ me }: { me: Me }) {
  const [shown, setShown] = useState(() => approvalToCelebrate(me));
  useEffect(() => {
    if (shown) markCelebrated(shown);
  }, [shown]);
  if (!shown || !me.account) return null;
  return (
    <Alert
      color="brand"
      radius={0}
      role="status"
      className="celebration"
      withCloseButton
      closeButtonLabel={m.banner.close}
      onClose={() => {
        setShown(null);
      }}
    >
      <Text size="sm" fw={600} maw={960} mx="auto">
        <span aria-hidden>✓ </span>
        {m.banner.approved(
          formatMoney(shown.amount, shown.currency),
          me.account.plan.name,
          formatCount(me.account.credits),
        )}
      </Text>
    </Alert>
  );
}

function textOf(invoice: Invoice): string {
  const amount = formatMoney(invoice.payable_amount, invoice.payable_currency);
  const day = formatDay(invoice.due_date);
  const payment = invoice.latest_payment;
  switch (invoice.payment_state) {
    case "under_review":
      return m.banner.under_review(payment ? formatMoment(payment.submitted_at) : "");
    case "rejected":
      return m.banner.rejected(payment?.admin_notes ?? "");
    case "overdue":
      return m.banner.overdue(amount, day);
    default:
      return m.banner.due(amount, day);
  }
}

function linkOf(state: keyof typeof COLORS): string {
  if (state === "under_review") return m.banner.seeState;
  return state === "rejected" ? m.banner.tryAgain : m.banner.seeHow;
}
