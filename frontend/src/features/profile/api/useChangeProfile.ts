import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Me } from "../../../lib/api/types";

export function useChangeProfile() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Pick<Me["user"], "first_name" | "last_name" | "language">>) =>
      unwrap(api.PATCH("/api/v1/auth/profile/", { body })),
    onSuccess: (user) => {
      cache.setQueryData<Me | null>(queryKeys.me, (me) => me && { ...me, user });
    },
  });
}
