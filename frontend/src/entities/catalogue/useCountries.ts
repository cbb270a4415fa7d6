import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { RARELY_CHANGES } from "./rarelyChanges";

export function useCountries() {
  return useQuery({
    queryKey: queryKeys.countries,
    queryFn: () => unwrap(api.GET("/api/v1/countries/")),
    ...RARELY_CHANGES,
  });
}
