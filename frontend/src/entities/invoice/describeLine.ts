import type { Invoice, InvoiceLine } from "../../lib/api/types";
import { formatCount } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { inDirection } from "../../lib/messages/inDirection";

/** What a line charges for: plans in the reader's language, anything else unchanged. */
export function describeLine({ description }: InvoiceLine, { billing_snapshot }: Invoice): string {
  const { name, interval, included_credits: credits } = billing_snapshot.plan;
  const asIssued = `${name} plan, 1 ${interval}, ${credits.toLocaleString("en-US")} credits`;
  if (description !== asIssued || (interval !== "month" && interval !== "year")) return description;
  return inDirection(m.invoice.line[interval](name, formatCount(credits)));
}
