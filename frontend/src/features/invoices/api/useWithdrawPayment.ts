import { useMutation } from "@tanstack/react-query";
import { useRefreshInvoice } from "../../../entities/invoice/useRefreshInvoice";
import { api, unwrap } from "../../../lib/api/client";

export function useWithdrawPayment(invoiceId: number) {
  const refresh = useRefreshInvoice(invoiceId);
  return useMutation({
    mutationFn: (paymentId: number) =>
      unwrap(
        api.POST("/api/v1/billing/payments/{payment_id}/withdraw/", {
          params: { path: { payment_id: paymentId } },
        }),
      ),
    onSettled: refresh,
  });
}
