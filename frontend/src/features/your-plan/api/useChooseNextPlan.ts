import { usePlanAct } from "../../../entities/subscription/usePlanAct";
import { api, unwrap } from "../../../lib/api/client";

/** Chooses another plan from the next period on. */
export function useChooseNextPlan(onDone: () => void) {
  return usePlanAct(
    (body: { plan_slug: string; offer: string }, params) =>
      unwrap(api.POST("/api/v1/billing/subscriptions/current/plan/", { params, body })),
    onDone,
  );
}
