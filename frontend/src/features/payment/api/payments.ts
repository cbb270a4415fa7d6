import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../../../lib/api/client";
import { IdempotencyKeys } from "../../../lib/idempotency";
import { useRefreshInvoice } from "./invoices";

export interface Confirmation {
  invoice_id: number;
  payment_method: string;
  amount: string;
  currency: string;
  manual_reference: string;
  manual_notes: string;
  paid_on: string;
  proof: File | null;
}

/** Confirms a payment once, however often the same form is sent. */
export function useConfirmPayment(invoiceId: number) {
  const [keys] = useState(() => new IdempotencyKeys());
  const refresh = useRefreshInvoice(invoiceId);
  return useMutation({
    mutationFn: (confirmation: Confirmation) => {
      const { proof, ...fields } = confirmation;
      const identity = { ...fields, proof: proof && [proof.name, proof.size, proof.lastModified] };
      return unwrap(
        api.POST("/api/v1/billing/admin/payments/confirm/", {
          params: { header: { "Idempotency-Key": keys.keyFor(identity) } },
          body: { ...fields, paid_on: fields.paid_on || null },
          ...(proof && { bodySerializer: () => multipart(fields, proof) }),
        }),
      );
    },
    onSuccess: refresh,
  });
}

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

function multipart(fields: Omit<Confirmation, "proof">, proof: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== "") form.set(name, String(value));
  }
  form.set("proof", proof);
  return form;
}
