import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Me } from "../../../lib/api/types";

/** Sends a link to a new address; it counts once that is opened. */
export function useRequestEmailChange() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      unwrap(api.POST("/api/v1/auth/email/", { body })),
    onSuccess: (user) => {
      cache.setQueryData<Me | null>(queryKeys.me, (me) => me && { ...me, user });
    },
  });
}
