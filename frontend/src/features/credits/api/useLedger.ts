import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

/** The credit ledger, newest first, a page at a time. */
export function useLedger(page: number) {
  return useQuery({
    queryKey: queryKeys.ledgerPage(page),
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/credits/ledger/", { params: { query: { page } } })),
    placeholderData: keepPreviousData,
  });
}
