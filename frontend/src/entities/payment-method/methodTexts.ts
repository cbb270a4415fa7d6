import type { Invoice, InvoiceLine, Payment, PaymentMethod } from "../../lib/api/types";
import { formatCount } from "../../lib/format/money";
import { LANGUAGES, language, m } from "../../lib/messages";

/** A character without a width: what follows it runs from right to left, whatever it begins with. */
const RIGHT_TO_LEFT_MARK = "\u200f";

/** A method in the reader's language; what the operator hasn't translated stays in English. */
export function inReadersLanguage<M extends PaymentMethod>(method: M): M {
  const { labels = {}, ...texts } = method.translations[language] ?? {};
  const told = Object.entries(texts).map(([name, text]) => [name, inDirection(text)]);
  const details = method.details.map((row) => {
    const label = labels[row.label];
    return label === undefined ? row : { ...row, label: inDirection(label) };
  });
  const shown = { ...method, ...Object.fromEntries(told), details } as M;
  return isWithheld(method) ? { ...shown, instructions: m.method.notSetUp } : shown;
}

/** Whether the reader has to read the instructions in English. */
export function isInEnglishOnly(method: PaymentMethod): boolean {
  const isTold = isWithheld(method) || method.translations[language]?.instructions !== undefined;
  return language !== "en" && !isTold;
}

/** Its details are examples, which nobody may be told: the server says that it isn't set up. */
function isWithheld(method: PaymentMethod): boolean {
  return method.is_example && method.details.length === 0;
}

function inDirection(text: string): string {
  return LANGUAGES[language].dir === "rtl" ? text.replace(/^/gm, RIGHT_TO_LEFT_MARK) : text;
}

/** What the way to pay is called that a payment was made by. */
export function methodName(payment: Payment): string {
  const name = payment.payment_method_names[language];
  return name === undefined ? payment.payment_method_name : inDirection(name);
}

/** What a line charges for: a plan in the reader's language, anything else as it was written. */
export function describeLine({ description }: InvoiceLine, { billing_snapshot }: Invoice): string {
  const { name, interval, included_credits: credits } = billing_snapshot.plan;
  const asIssued = `${name} plan, 1 ${interval}, ${credits.toLocaleString("en-US")} credits`;
  if (description !== asIssued || (interval !== "month" && interval !== "year")) return description;
  return inDirection(m.invoice.line[interval](name, formatCount(credits)));
}
