import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { forgetChangedPlans } from "../../../entities/catalogue/usePlans";
import { api, unwrap } from "../../../lib/api/client";
import { IdempotencyKeys } from "../../../lib/idempotency";

/**
 * Requests a plan once, however often the same choice is sent.
 *
 * @param onIssued gets the id of the invoice to pay.
 */
export function useUpgrade(onIssued: (invoiceId: number) => void) {
  const [keys] = useState(() => new IdempotencyKeys());
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { plan_slug: string; offer: string; payment_method: string }) =>
      unwrap(
        api.POST("/api/v1/billing/subscriptions/upgrade/", {
          body,
          params: { header: { "Idempotency-Key": keys.keyFor(body) } },
        }),
      ),
    onSuccess: async ({ invoice }) => {
      onIssued(invoice.id); // before the account changes the page and removes the form
      await cache.invalidateQueries();
    },
    onError: (error) => forgetChangedPlans(cache, error),
  });
}
