import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Invoice } from "../../../lib/api/types";

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
