import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useRefreshInvoice } from "../../../entities/invoice/useRefreshInvoice";
import { upload } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Payment } from "../../../lib/api/types";
import { ApiError } from "../../../lib/errors/apiError";
import { IdempotencyKeys } from "../../../lib/idempotency";

/**
 * Sends a receipt for a payment that has none, once. `progress` is the share of the file sent so
 * far, 0 to 1.
 */
export function useSendProof(payment: Payment) {
  const [keys] = useState(() => new IdempotencyKeys(`proof-key:${payment.id}`));
  const [progress, setProgress] = useState(0);
  const cache = useQueryClient();
  const refresh = useRefreshInvoice(payment.invoice_id);
  const mutation = useMutation({
    mutationFn: (proof: File) => {
      // The same file after a refusal is a new attempt.
      const identity = [proof.name, proof.size, proof.lastModified, payment.proof_refusal];
      const header = { "Idempotency-Key": keys.keyFor(identity) };
      const form = new FormData();
      form.set("proof", proof);
      setProgress(0);
      const path = `/api/v1/billing/payments/${payment.id}/send-proof/`;
      return upload<Payment>(path, form, header, setProgress);
    },
    onSuccess: async () => {
      keys.forget();
      await refresh();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.status === 401) await cache.invalidateQueries({ queryKey: queryKeys.me });
      if (error.status === 409) await refresh();
    },
  });
  return { ...mutation, progress };
}
