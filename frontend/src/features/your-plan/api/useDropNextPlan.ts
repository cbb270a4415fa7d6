import { usePlanAct } from "../../../entities/subscription/usePlanAct";
import { api, unwrap } from "../../../lib/api/client";

/** Drops the plan that was chosen for the next period: the present one goes on. */
export function useDropNextPlan() {
  return usePlanAct((_, params) =>
    unwrap(api.DELETE("/api/v1/billing/subscriptions/current/plan/", { params })),
  );
}
