import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useIndustries() {
  return useQuery({
    queryKey: queryKeys.industries,
    queryFn: () => unwrap(api.GET("/api/v1/industries/")),
    staleTime: Infinity,
  });
}
