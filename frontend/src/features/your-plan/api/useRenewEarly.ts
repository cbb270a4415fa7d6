import { usePlanAct } from "../../../entities/subscription/usePlanAct";
import { api, unwrap } from "../../../lib/api/client";

/**
 * Issues the invoice of the next period now.
 *
 * @param onIssued gets the id of the invoice to pay.
 */
export function useRenewEarly(onIssued: (invoiceId: number) => void) {
  return usePlanAct(
    (_, params) => unwrap(api.POST("/api/v1/billing/subscriptions/current/renew/", { params })),
    ({ open_invoice }) => {
      if (open_invoice) onIssued(open_invoice.id);
    },
  );
}
