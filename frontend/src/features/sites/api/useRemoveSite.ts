import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useRemoveSite() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE("/api/v1/sites/{site_id}/", { params: { path: { site_id: id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.sites }),
  });
}
