import type { Payment, PaymentMethod } from "../../lib/api/types";
import { language, m } from "../../lib/messages";
import { inDirection } from "../../lib/messages/inDirection";

/** A method in the reader's language; text without a translation stays in English. */
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

/** Whether the instructions are in English for a reader of another language. */
export function isInEnglishOnly(method: PaymentMethod): boolean {
  const isTold = isWithheld(method) || method.translations[language]?.instructions !== undefined;
  return language !== "en" && !isTold;
}

/** Its details are examples, which must not be shown: the server says that it isn't set up. */
function isWithheld(method: PaymentMethod): boolean {
  return method.is_example && method.details.length === 0;
}

/** The name of the method that a payment was made with. */
export function methodName(payment: Payment): string {
  const name = payment.payment_method_names[language];
  return name === undefined ? payment.payment_method_name : inDirection(name);
}
