import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useAddSite() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; domain: string; industry: string }) =>
      unwrap(api.POST("/api/v1/sites/", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.sites }),
  });
}
