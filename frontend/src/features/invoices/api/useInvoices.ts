import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

/** The account's invoices, newest first, a page at a time. */
export function useInvoices(page: number) {
  return useQuery({
    queryKey: queryKeys.invoicesPage(page),
    queryFn: () => unwrap(api.GET("/api/v1/billing/invoices/", { params: { query: { page } } })),
    placeholderData: keepPreviousData,
  });
}
