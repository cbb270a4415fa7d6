import { useMutation } from "@tanstack/react-query";
import { rememberLogIn } from "../../../entities/me/logInMemory";
import { api, forgetCsrfToken, unwrap } from "../../../lib/api/client";

/** Closes the account for good, which also ends the session. */
export function useCloseAccount() {
  return useMutation({
    mutationFn: async (body: { password: string; confirmation: string }) => {
      const closed = await unwrap(api.POST("/api/v1/auth/account/close/", { body }));
      forgetCsrfToken();
      rememberLogIn(false);
      return closed;
    },
  });
}
