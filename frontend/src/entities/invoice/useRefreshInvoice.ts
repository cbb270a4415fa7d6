import { useQueryClient } from "@tanstack/react-query";
import { queryKeys } from "../../lib/api/keys";

/** Refreshes everything that changes when a confirmation is sent or withdrawn. */
export function useRefreshInvoice(id: number) {
  const cache = useQueryClient();
  return async () => {
    await Promise.all([
      cache.invalidateQueries({ queryKey: queryKeys.invoice(id) }),
      cache.invalidateQueries({ queryKey: queryKeys.invoices }),
      cache.invalidateQueries({ queryKey: queryKeys.payments }),
      cache.invalidateQueries({ queryKey: queryKeys.me }),
    ]);
  };
}
