import { useMutation } from "@tanstack/react-query";
import { useRefreshInvoice } from "../../../entities/invoice/useRefreshInvoice";
import { api, unwrap } from "../../../lib/api/client";

/** Cancels an unpaid order. */
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
