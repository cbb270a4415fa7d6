import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { RARELY_CHANGES } from "./rarelyChanges";

/** The seller, and the contact address. */
export function useSeller() {
  return useQuery({
    queryKey: queryKeys.seller,
    queryFn: () => unwrap(api.GET("/api/v1/billing/seller/")),
    ...RARELY_CHANGES,
  });
}
