import type { CurrentSubscription } from "../../lib/api/types";

/** Whether a period that hasn't begun is paid for. */
export function isPaidAhead({
  current_period: period,
  paid_until_day: until,
}: CurrentSubscription) {
  return !!period && !!until && until > period.last_day;
}

/** Whether the time that was paid for isn't over; else a cancellation ends the plan at once. */
export function isPaidNow(current: CurrentSubscription, now = new Date()) {
  const { current_period: period } = current;
  return isPaidAhead(current) || (!!period && now < new Date(period.ends_at));
}
