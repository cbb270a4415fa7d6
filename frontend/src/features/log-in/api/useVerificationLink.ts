import { useQuery } from "@tanstack/react-query";
import { BROWSER } from "../../../lib/api/allauth";
import { api } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import { ASKED_ONCE, stateOfLink } from "./mailedLink";

/** Whether the key of a link can still confirm an address, and which. */
export function useVerificationLink(key: string) {
  return useQuery({
    queryKey: queryKeys.verificationLink(key),
    queryFn: () =>
      stateOfLink(key, () =>
        api.GET("/_allauth/{client}/v1/auth/email/verify", {
          params: { ...BROWSER, header: { "X-Email-Verification-Key": key } },
        }),
      ),
    ...ASKED_ONCE,
  });
}
