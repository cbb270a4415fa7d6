import type { Me, Payment } from "../../lib/api/types";

const DAYS = 24 * 3600 * 1000;
const FRESH_FOR = 14 * DAYS;
const SEEN = "celebrated";

/** The approval to celebrate: a fresh one that this browser has not shown yet. */
export function approvalToCelebrate(me: Me | null | undefined, now = Date.now()): Payment | null {
  const payment = me?.last_decision;
  if (payment?.status !== "succeeded" || !payment.decided_at) return null;
  const isFresh = now - Date.parse(payment.decided_at) < FRESH_FOR;
  return isFresh && seen() < payment.id ? payment : null;
}

/** Remembers that it was shown: it is not shown again. */
export function markCelebrated(payment: Payment): void {
  try {
    localStorage.setItem(SEEN, String(payment.id));
  } catch {
    // Storage is off: it is shown again after a reload, for a fortnight at the most.
  }
}

function seen(): number {
  try {
    return Number(localStorage.getItem(SEEN));
  } catch {
    return 0;
  }
}
