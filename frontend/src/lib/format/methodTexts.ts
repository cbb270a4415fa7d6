import type { Invoice, InvoiceLine, MethodTexts, Payment, PaymentMethod } from "../api/types";
import { formatCount } from "./money";
import { LANGUAGES, language, m } from "../messages";

/** A method in the reader's language; what the operator hasn't translated stays in English. */
export function inReadersLanguage<M extends PaymentMethod>(method: M): M {
  const { labels = {}, ...texts } = method.translations[language] ?? {};
  const details = method.details.map((row) => ({ ...row, label: labels[row.label] ?? row.label }));
  return { ...method, ...texts, details };
}

/** Whether the reader has to read the instructions in English. */
export function isInEnglishOnly(method: PaymentMethod): boolean {
  return language !== "en" && method.translations[language]?.instructions === undefined;
}

/** In which direction a text of a method runs: that of the reader's language, or its own. */
export function directionOf(
  method: PaymentMethod,
  text: keyof MethodTexts,
): "ltr" | "rtl" | "auto" {
  const isTold = method.translations[language]?.[text] !== undefined;
  return isTold ? LANGUAGES[language].dir : "auto";
}

/** What the way to pay is called that a payment was made by. */
export function methodName(payment: Payment): string {
  return payment.payment_method_names[language] ?? payment.payment_method_name;
}

/** What a line charges for: a plan in the reader's language, anything else as it was written. */
export function describeLine({ description }: InvoiceLine, { billing_snapshot }: Invoice): string {
  const { name, interval, included_credits: credits } = billing_snapshot.plan;
  const asIssued = `${name} plan, 1 ${interval}, ${credits.toLocaleString("en-US")} credits`;
  if (description !== asIssued || (interval !== "month" && interval !== "year")) return description;
  return m.invoice.line[interval](name, formatCount(credits));
}
