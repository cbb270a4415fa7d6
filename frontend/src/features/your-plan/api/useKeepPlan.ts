import { usePlanAct } from "../../../entities/subscription/usePlanAct";
import { api, unwrap } from "../../../lib/api/client";

/** Takes back a cancellation. */
export function useKeepPlan() {
  return usePlanAct((_, params) =>
    unwrap(api.POST("/api/v1/billing/subscriptions/current/keep/", { params })),
  );
}
