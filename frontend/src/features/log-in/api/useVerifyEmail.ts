import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BROWSER, tolerate } from "../../../lib/api/allauth";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useVerifyEmail() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (key: string) => {
      const body = { key };
      await tolerate(
        401,
        unwrap(api.POST("/_allauth/{client}/v1/auth/email/verify", { params: BROWSER, body })),
      );
      await cache.invalidateQueries({ queryKey: queryKeys.me });
    },
  });
}
