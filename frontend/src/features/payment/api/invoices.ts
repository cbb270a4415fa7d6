import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { ME } from "../../../lib/api/me";
import type { Invoice } from "../../../lib/api/types";

const WHILE_UNDER_REVIEW = 10_000; // milliseconds

function invoiceKey(id: number) {
  return ["invoice", id] as const;
}

/** One invoice; asked for again while an admin may decide on its payment. */
export function useInvoice(id: number) {
  return useQuery({
    queryKey: invoiceKey(id),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/billing/invoices/{invoice_id}/", { params: { path: { invoice_id: id } } }),
      ),
    refetchInterval: (query) =>
      query.state.data?.payment_state === "under_review" ? WHILE_UNDER_REVIEW : false,
  });
}

export function useChoosePaymentMethod(id: number) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (payment_method: string) =>
      unwrap(
        api.POST("/api/v1/billing/invoices/{invoice_id}/payment-method/", {
          params: { path: { invoice_id: id } },
          body: { payment_method },
        }),
      ),
    onSuccess: async (invoice: Invoice) => {
      cache.setQueryData(invoiceKey(id), invoice);
      await cache.invalidateQueries({ queryKey: ME });
    },
  });
}

/** What changes when a confirmation is sent or withdrawn. */
export function useRefreshInvoice(id: number) {
  const cache = useQueryClient();
  return async () => {
    await Promise.all([
      cache.invalidateQueries({ queryKey: invoiceKey(id) }),
      cache.invalidateQueries({ queryKey: ME }),
    ]);
  };
}
