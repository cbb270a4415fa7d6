import { useQuery, type QueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { ApiError } from "../../lib/errors/apiError";
import { RARELY_CHANGES } from "./rarelyChanges";

export function usePlans() {
  return useQuery({
    queryKey: queryKeys.plans,
    queryFn: () => unwrap(api.GET("/api/v1/plans/")),
    ...RARELY_CHANGES,
  });
}

/** Fetches the plans again if an order was refused because a plan has changed. */
export async function forgetChangedPlans(cache: QueryClient, error: Error): Promise<void> {
  if (error instanceof ApiError && error.has("plan_changed")) {
    await cache.invalidateQueries({ queryKey: queryKeys.plans });
  }
}
