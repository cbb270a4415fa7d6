import { Badge } from "@mantine/core";
import type { Invoice } from "../../lib/api/types";
import { m } from "../../lib/messages";

const COLORS: Record<Invoice["payment_state"], string> = {
  due: "blue",
  overdue: "red",
  under_review: "yellow",
  rejected: "red",
  paid: "green",
  void: "gray",
};

/** The state of an invoice, in one word. */
export function StateBadge({ state }: { state: Invoice["payment_state"] }) {
  return (
    <Badge color={COLORS[state]} variant="dot" size="lg" tt="none" miw="max-content">
      {m.invoice.states[state]}
    </Badge>
  );
}
