import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useCancelEmailChange() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/auth/email/")),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.me }),
  });
}
