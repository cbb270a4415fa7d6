import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

export function useSites() {
  return useQuery({
    queryKey: queryKeys.sites,
    queryFn: () => unwrap(api.GET("/api/v1/sites/", { params: { query: { page_size: 100 } } })),
  });
}
