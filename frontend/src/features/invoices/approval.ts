import type { Me, Payment } from "../../lib/api/types";
import { browserStorage } from "../../lib/kept/storage";

const DAYS = 24 * 3600 * 1000;
const FRESH_FOR = 14 * DAYS;
const SEEN = "celebrated";

/** The approval to celebrate: a recent one that this browser hasn't shown yet. */
export function approvalToCelebrate(me: Me | null | undefined, now = Date.now()): Payment | null {
  const payment = me?.last_decision;
  if (payment?.status !== "succeeded" || !payment.decided_at) return null;
  const isFresh = now - Date.parse(payment.decided_at) < FRESH_FOR;
  return isFresh && seen() < payment.id ? payment : null;
}

/**
 * Remembers that it was shown, so that it isn't shown again. If the browser can't store anything,
 * it is shown after each reload, for two weeks at most.
 */
export function markCelebrated(payment: Payment): void {
  browserStorage.write(SEEN, String(payment.id));
}

function seen(): number {
  return Number(browserStorage.read(SEEN) ?? 0);
}
