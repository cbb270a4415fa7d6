import { usePlanAct } from "../../../entities/subscription/usePlanAct";
import { api, unwrap } from "../../../lib/api/client";

/** Issues the invoice of the next period now. */
export function useRenewEarly() {
  return usePlanAct((_, params) =>
    unwrap(api.POST("/api/v1/billing/subscriptions/current/renew/", { params })),
  );
}
