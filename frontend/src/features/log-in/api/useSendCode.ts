import { useMutation } from "@tanstack/react-query";
import { BROWSER } from "../../../lib/api/allauth";
import { api, unwrap } from "../../../lib/api/client";
import { useEnter } from "./useEnter";

/** Completes a sign-in with a second-factor code; 401 and 409 mean that it must start again. */
export function useSendCode() {
  const enter = useEnter();
  return useMutation({
    mutationFn: async (code: string) => {
      const path = "/_allauth/{client}/v1/auth/2fa/authenticate";
      await unwrap(api.POST(path, { params: BROWSER, body: { code } }));
      await enter();
    },
  });
}
