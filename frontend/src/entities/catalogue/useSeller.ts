import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { RARELY_CHANGES } from "./rarelyChanges";

/** Who sells, and where to ask. */
export function useSeller() {
  return useQuery({
    queryKey: queryKeys.seller,
    queryFn: () => unwrap(api.GET("/api/v1/billing/seller/")),
    ...RARELY_CHANGES,
  });
}
