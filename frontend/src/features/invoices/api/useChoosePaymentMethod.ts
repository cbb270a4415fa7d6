import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keepInvoice } from "../../../entities/invoice/keepInvoice";
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
      keepInvoice(cache, invoice);
      await Promise.all([
        cache.invalidateQueries({ queryKey: queryKeys.me }),
        cache.invalidateQueries({ queryKey: queryKeys.subscription }),
      ]);
    },
  });
}
