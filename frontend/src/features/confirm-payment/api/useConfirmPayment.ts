import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useRefreshInvoice } from "../../../entities/invoice/useRefreshInvoice";
import { api, unwrap, upload } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Invoice, Payment } from "../../../lib/api/types";
import { ApiError } from "../../../lib/errors/apiError";
import { IdempotencyKeys } from "../../../lib/idempotency";

const CONFIRM = "/api/v1/billing/admin/payments/confirm/";

interface Confirmation {
  invoice_id: number;
  payment_method: string;
  amount: string;
  currency: string;
  manual_reference: string;
  manual_notes: string;
  paid_on: string;
  proof: File | null;
}

/**
 * Confirms a payment once, however often the same form is sent, even after reloads. `progress` is
 * the share of the file sent so far, 0 to 1. People who aren't signed in go to the sign-in.
 *
 * @param onSent called once the server has it.
 */
export function useConfirmPayment(invoice: Invoice, onSent: () => void) {
  const { id: invoiceId, latest_payment: earlier } = invoice;
  const [keys] = useState(() => new IdempotencyKeys(`confirm-key:${invoiceId}`));
  const [progress, setProgress] = useState(0);
  const cache = useQueryClient();
  const refresh = useRefreshInvoice(invoiceId);
  const mutation = useMutation({
    mutationFn: ({ proof, ...fields }: Confirmation) => {
      const file = proof && [proof.name, proof.size, proof.lastModified];
      // The same input after a rejection is a new confirmation.
      const identity = { ...fields, file, after: earlier?.id ?? null };
      const header = { "Idempotency-Key": keys.keyFor(identity) };
      setProgress(0);
      if (proof) return upload<Payment>(CONFIRM, multipart(fields, proof), header, setProgress);
      const body = { ...fields, paid_on: fields.paid_on || null };
      return unwrap(api.POST(CONFIRM, { params: { header }, body }));
    },
    onSuccess: async () => {
      keys.forget();
      onSent(); // before the invoice changes the page and removes the form
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

function multipart(fields: Omit<Confirmation, "proof">, proof: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== "") form.set(name, String(value));
  }
  form.set("proof", proof);
  return form;
}
