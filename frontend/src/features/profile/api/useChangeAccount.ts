import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Account, Me } from "../../../lib/api/types";

export function useChangeAccount() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Account>) => unwrap(api.PATCH("/api/v1/auth/account/", { body })),
    onSuccess: (account) => {
      cache.setQueryData<Me | null>(queryKeys.me, (me) => me && { ...me, account });
    },
  });
}
