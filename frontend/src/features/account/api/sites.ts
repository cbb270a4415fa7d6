import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useSites() {
  return useQuery({
    queryKey: queryKeys.sites,
    queryFn: () => unwrap(api.GET("/api/v1/sites/", { params: { query: { page_size: 100 } } })),
  });
}

export function useIndustries() {
  return useQuery({
    queryKey: queryKeys.industries,
    queryFn: () => unwrap(api.GET("/api/v1/industries/")),
    staleTime: Infinity,
  });
}

export function useAddSite() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; domain: string; industry: string }) =>
      unwrap(api.POST("/api/v1/sites/", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.sites }),
  });
}

export function useRemoveSite() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE("/api/v1/sites/{site_id}/", { params: { path: { site_id: id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: queryKeys.sites }),
  });
}
