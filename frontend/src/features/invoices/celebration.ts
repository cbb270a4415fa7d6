import type { Me, Payment } from "../../lib/api/types";
import { browserStorage } from "../../lib/kept/storage";

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

/**
 * Remembers that it was shown: it is not shown again. Where nothing can be kept, it is shown after
 * each reload, for a fortnight at the most.
 */
export function markCelebrated(payment: Payment): void {
  browserStorage.write(SEEN, String(payment.id));
}

function seen(): number {
  return Number(browserStorage.read(SEEN) ?? 0);
}
