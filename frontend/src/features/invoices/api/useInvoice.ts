import { useQuery } from "@tanstack/react-query";
import type { ShownInvoice } from "../../../entities/invoice/keepInvoice";
import { pollEvery } from "../../../entities/invoice/pollEvery";
import { useMe } from "../../../entities/me/useMe";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

/** One invoice, kept up to date while an admin may decide on its payment. */
export function useInvoice(id: number) {
  const comesWithMe = useMe().data?.open_invoice?.id === id;
  return useQuery({
    queryKey: queryKeys.invoice(id),
    queryFn: (): Promise<ShownInvoice> =>
      unwrap(
        api.GET("/api/v1/billing/invoices/{invoice_id}/", { params: { path: { invoice_id: id } } }),
      ),
    refetchInterval: (query) => !comesWithMe && pollEvery(query.state.data),
    refetchOnWindowFocus: comesWithMe ? false : "always",
  });
}
