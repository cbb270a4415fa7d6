import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { pollEvery } from "../../../entities/invoice/pollEvery";
import { useMe } from "../../../entities/me/useMe";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Invoice } from "../../../lib/api/types";

/** One invoice, kept up to date while an admin may decide on its payment. */
export function useInvoice(id: number) {
  const comesWithMe = useMe().data?.open_invoice?.id === id;
  return useQuery({
    queryKey: queryKeys.invoice(id),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/billing/invoices/{invoice_id}/", { params: { path: { invoice_id: id } } }),
      ),
    refetchInterval: (query) => !comesWithMe && pollEvery(query.state.data),
    refetchOnWindowFocus: comesWithMe ? false : "always",
  });
}

/** The account's invoices, newest first, a page at a time. */
export function useInvoices(page: number) {
  return useQuery({
    queryKey: queryKeys.invoicesPage(page),
    queryFn: () => unwrap(api.GET("/api/v1/billing/invoices/", { params: { query: { page } } })),
    placeholderData: keepPreviousData,
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
      cache.setQueryData(queryKeys.invoice(id), invoice);
      await cache.invalidateQueries({ queryKey: queryKeys.me });
    },
  });
}

/** Gives an order up that nothing was paid for. */
export function useCancelOrder(id: number) {
  const refresh = useRefreshInvoice(id);
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/billing/invoices/{invoice_id}/cancel/", {
          params: { path: { invoice_id: id } },
        }),
      ),
    onSettled: refresh,
  });
}

/** What changes when a confirmation is sent or withdrawn. */
export function useRefreshInvoice(id: number) {
  const cache = useQueryClient();
  return async () => {
    await Promise.all([
      cache.invalidateQueries({ queryKey: queryKeys.invoice(id) }),
      cache.invalidateQueries({ queryKey: queryKeys.invoices }),
      cache.invalidateQueries({ queryKey: queryKeys.payments }),
      cache.invalidateQueries({ queryKey: queryKeys.me }),
    ]);
  };
}
