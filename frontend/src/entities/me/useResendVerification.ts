import { useMutation } from "@tanstack/react-query";
import { BROWSER, tolerate } from "../../lib/api/allauth";
import { api, unwrap } from "../../lib/api/client";

/** Requests the email with the link again; 403 means that one was sent minutes ago. */
export function useResendVerification() {
  return useMutation({
    mutationFn: (email: string) =>
      tolerate(
        403,
        unwrap(
          api.PUT("/_allauth/{client}/v1/account/email", { params: BROWSER, body: { email } }),
        ),
      ),
  });
}
