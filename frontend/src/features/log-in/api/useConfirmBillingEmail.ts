import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

/** Agrees to emails about invoices to the link's address. */
export function useConfirmBillingEmail() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (key: string) => {
      await unwrap(api.POST("/api/v1/auth/billing-email/confirm/", { body: { key } }));
      await cache.invalidateQueries({ queryKey: queryKeys.me });
    },
  });
}
