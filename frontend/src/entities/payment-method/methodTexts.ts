import type { Payment, PaymentMethod } from "../../lib/api/types";
import { language, m } from "../../lib/messages";
import { inDirection } from "../../lib/messages/inDirection";

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

/** What the way to pay is called that a payment was made by. */
export function methodName(payment: Payment): string {
  const name = payment.payment_method_names[language];
  return name === undefined ? payment.payment_method_name : inDirection(name);
}
