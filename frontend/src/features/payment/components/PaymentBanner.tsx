import { Alert, Anchor, Group, Text } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { useMe } from "../../../lib/api/me";
import type { Invoice } from "../../../lib/api/types";
import { formatDay } from "../../../lib/format/dates";
import { formatMoney } from "../../../lib/format/money";
import { m } from "../../../lib/messages";

const COLORS = { due: "blue", overdue: "red", under_review: "yellow", rejected: "red" } as const;

/** On every page while something is to be paid: what, and what to do. */
export function PaymentBanner() {
  const invoice = useMe().data?.open_invoice;
  const { pathname } = useLocation();
  if (!invoice || pathname.startsWith(`/invoices/${invoice.id}`)) return null;
  const state = invoice.payment_state;
  if (state === "paid" || state === "void") return null;
  return (
    <Alert color={COLORS[state]} radius={0} role="region" aria-label={m.banner.label}>
      <Group justify="space-between" maw={960} mx="auto" gap="xs">
        <Text size="sm">{textOf(invoice)}</Text>
        <Anchor
          component={Link}
          to={`/invoices/${invoice.id}`}
          size="sm"
          fw={600}
          c="inherit"
          underline="always"
        >
          {linkOf(state)}
        </Anchor>
      </Group>
    </Alert>
  );
}

function textOf(invoice: Invoice): string {
  const amount = formatMoney(invoice.payable_amount, invoice.payable_currency);
  const day = formatDay(invoice.due_date);
  switch (invoice.payment_state) {
    case "under_review":
      return m.banner.under_review;
    case "rejected":
      return m.banner.rejected(invoice.latest_payment?.admin_notes ?? "");
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
