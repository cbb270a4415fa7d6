import { inReadersLanguage } from "../../entities/payment-method/methodTexts";
import { proofError } from "../../entities/proof/proofError";
import type { Invoice, PaymentMethod } from "../../lib/api/types";
import { m } from "../../lib/messages";

export interface ConfirmationForm {
  payment_method: string;
  currency: string;
  manual_reference: string;
  paid_on: string;
  manual_notes: string;
  proof: File | null;
}

export const FIELDS = [
  "payment_method",
  "currency",
  "manual_reference",
  "paid_on",
  "proof",
  "manual_notes",
] as const satisfies readonly (keyof ConfirmationForm)[];

interface Amount {
  amount: string;
  currency: string;
}

/**
 * The amounts that may have been sent with a method: the amount due in its currency. If nothing is
 * due in that currency, either the local amount or the invoice's own.
 */
export function amountsOf(invoice: Invoice, method?: PaymentMethod): [Amount, ...Amount[]] {
  const local = { amount: invoice.payable_amount, currency: invoice.payable_currency };
  const own = { amount: invoice.total, currency: invoice.currency };
  if (method?.payment_method === invoice.payment_method) return [local];
  if (local.currency === own.currency || method?.currency === own.currency) return [own];
  return method?.currency === local.currency ? [local] : [local, own];
}

/** The possible methods: the invoice's own, as promised, and those offered now. */
export function methodsFor(invoice: Invoice, offered: readonly PaymentMethod[]): PaymentMethod[] {
  const own = invoice.payment_instructions;
  if (!own) return [...offered];
  return [
    inReadersLanguage(own),
    ...offered.filter(({ payment_method }) => payment_method !== own.payment_method),
  ];
}

/** Checks before sending; the server checks everything again. */
export function checkConfirmation(
  values: ConfirmationForm,
  methods: readonly PaymentMethod[],
): Partial<Record<keyof ConfirmationForm, string>> {
  const method = methods.find(({ payment_method }) => payment_method === values.payment_method);
  const reference = referenceError(values.manual_reference.trim(), method);
  const proof = values.proof && proofError(values.proof);
  return { ...(reference && { manual_reference: reference }), ...(proof && { proof }) };
}

/** Only the server runs the method's pattern: in linear time, and for every spelling. */
function referenceError(reference: string, method: PaymentMethod | undefined): string | null {
  return reference === ""
    ? m.errors.required(method?.reference_label ?? m.invoice.referenceGiven)
    : null;
}
