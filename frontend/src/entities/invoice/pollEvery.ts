import type { Invoice } from "../../lib/api/types";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const CHECKING = 4 * SECOND; // usually a receipt

/**
 * How long to wait before fetching an invoice again, in milliseconds: short for a new confirmation,
 * then longer and longer; never if nothing can change.
 */
export function pollEvery(invoice: Invoice | null | undefined, now = Date.now()): number | false {
  if (invoice?.status !== "pending") return false;
  const submitted = invoice.latest_payment?.submitted_at;
  if (invoice.payment_state !== "under_review" || !submitted) return MINUTE;
  const age = now - Date.parse(submitted);
  if (invoice.latest_payment.proof_state === "checking") return CHECKING;
  if (age < 2 * MINUTE) return 4 * SECOND;
  return age < 15 * MINUTE ? 15 * SECOND : MINUTE;
}
