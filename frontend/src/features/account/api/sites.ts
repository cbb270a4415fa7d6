import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";

const SITES = ["sites"] as const;

export function useSites() {
  return useQuery({
    queryKey: SITES,
    queryFn: () => unwrap(api.GET("/api/v1/sites/", { params: { query: { page_size: 100 } } })),
  });
}

export function useIndustries() {
  return useQuery({
    queryKey: ["industries"],
    queryFn: () => unwrap(api.GET("/api/v1/industries/")),
    staleTime: Infinity,
  });
}

export function useAddSite() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; domain: string; industry: string }) =>
      unwrap(api.POST("/api/v1/sites/", { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: SITES }),
  });
}

export function useRemoveSite() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE("/api/v1/sites/{site_id}/", { params: { path: { site_id: id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: SITES }),
  });
}
