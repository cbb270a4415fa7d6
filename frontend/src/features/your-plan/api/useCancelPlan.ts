import { usePlanAct } from "../../../entities/subscription/usePlanAct";
import { api, unwrap } from "../../../lib/api/client";

/** Cancels the plan at the end of what is paid; at once if that is over. */
export function useCancelPlan(onDone: () => void) {
  return usePlanAct(
    (body: { reason: string }, params) =>
      unwrap(api.POST("/api/v1/billing/subscriptions/current/cancel/", { params, body })),
    onDone,
  );
}
