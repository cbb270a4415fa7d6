import { useQuery } from "@tanstack/react-query";
import { BROWSER } from "../../../lib/api/allauth";
import { api } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import { ASKED_ONCE, stateOfLink } from "./mailedLink";

/** Whether the key of a link can still set a password. */
export function useResetLink(key: string) {
  return useQuery({
    queryKey: queryKeys.resetLink(key),
    queryFn: () =>
      stateOfLink(key, () =>
        api.GET("/_allauth/{client}/v1/auth/password/reset", {
          params: { ...BROWSER, header: { "X-Password-Reset-Key": key } },
        }),
      ),
    ...ASKED_ONCE,
  });
}
