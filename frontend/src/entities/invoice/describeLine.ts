import type { Invoice, InvoiceLine } from "../../lib/api/types";
import { formatDay } from "../../lib/format/dates";
import { formatCount } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { inDirection } from "../../lib/messages/inDirection";

const MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
const DAY = String.raw`(\d+ (?:${MONTH}) \d{4})`;
const RENEWAL = new RegExp(`^(.+) plan, ${DAY} to ${DAY}, ([\\d,]+) credits$`);
const UNUSED = new RegExp(`^(.+) plan, ([\\d,]+) of ([\\d,]+) (days|credits) not used, to ${DAY}$`);

/** What a line charges for: plans in the reader's language, anything else unchanged. */
export function describeLine({ description }: InvoiceLine, invoice: Invoice): string {
  const said =
    ofFirstPeriod(description, invoice) ?? ofRenewal(description) ?? ofUnused(description);
  return said === undefined ? description : inDirection(said);
}

function ofFirstPeriod(description: string, { billing_snapshot }: Invoice): string | undefined {
  const { name, interval, included_credits: credits } = billing_snapshot.plan;
  const asIssued = `${name} plan, 1 ${interval}, ${credits.toLocaleString("en-US")} credits`;
  if (description !== asIssued || (interval !== "month" && interval !== "year")) return undefined;
  return m.invoice.line[interval](name, formatCount(credits));
}

function ofRenewal(description: string): string | undefined {
  const [, plan, from, to, credits] = RENEWAL.exec(description) ?? [];
  if (!plan || !from || !to || !credits) return undefined;
  return m.invoice.line.renewal(plan, dayOf(from), dayOf(to), countOf(credits));
}

function ofUnused(description: string): string | undefined {
  const [, plan, unused, all, unit, last] = UNUSED.exec(description) ?? [];
  if (!plan || !unused || !all || !last) return undefined;
  const say = unit === "days" ? m.invoice.line.unused : m.invoice.line.unusedCredits;
  return say(plan, countOf(unused), countOf(all), dayOf(last));
}

/** An invoice's "1,000", in the reader's format. */
function countOf(text: string): string {
  return formatCount(Number(text.replaceAll(",", "")));
}

/** An invoice's "1 Feb 2027", in the reader's format. */
function dayOf(text: string): string {
  return formatDay(new Date(`${text} UTC`).toISOString().slice(0, 10));
}
