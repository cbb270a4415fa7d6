import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Invoice } from "../../../lib/api/types";

/** Every payment of an invoice, newest first, with its events. */
export function usePaymentsOf(invoice: Invoice) {
  const { id } = invoice;
  return useQuery({
    queryKey: queryKeys.paymentsOf(invoice),
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/payments/", { params: { query: { invoice: id } } })),
    placeholderData: (earlier, query) => (query?.queryKey[1] === id ? earlier : undefined),
  });
}
