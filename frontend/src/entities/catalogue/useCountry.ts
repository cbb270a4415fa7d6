import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { RARELY_CHANGES } from "./rarelyChanges";

/** The address format of a country. */
export function useCountry(code: string) {
  return useQuery({
    queryKey: queryKeys.country(code),
    queryFn: () => unwrap(api.GET("/api/v1/countries/{code}/", { params: { path: { code } } })),
    enabled: code !== "",
    ...RARELY_CHANGES,
  });
}
