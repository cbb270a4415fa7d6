import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "../../lib/api/keys";
import type { Invoice, InvoiceDetail } from "../../lib/api/types";

/** An invoice as its page shows it: what only its own request tells comes later. */
export type ShownInvoice = Invoice & Partial<InvoiceDetail>;

/** Shows a newer state of an invoice on its page. */
export function keepInvoice(cache: QueryClient, invoice: Invoice): void {
  cache.setQueryData<ShownInvoice>(queryKeys.invoice(invoice.id), (shown) => ({
    ...shown,
    ...invoice,
  }));
}
