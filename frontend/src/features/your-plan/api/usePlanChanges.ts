import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

/** What changing to each plan costs now, also in the currency of a payment method, and later. */
export function usePlanChanges(method: string, enabled: boolean) {
  return useQuery({
    queryKey: queryKeys.planChangesBy(method),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/billing/subscriptions/plan-changes/", {
          params: { query: method ? { method } : {} },
        }),
      ),
    placeholderData: keepPreviousData,
    enabled,
  });
}
