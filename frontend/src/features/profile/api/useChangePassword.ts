import { useMutation } from "@tanstack/react-query";
import { BROWSER } from "../../../lib/api/allauth";
import { api, forgetCsrfToken, unwrap } from "../../../lib/api/client";

export function useChangePassword() {
  return useMutation({
    mutationFn: async (body: { current_password: string; new_password: string }) => {
      await unwrap(
        api.POST("/_allauth/{client}/v1/account/password/change", { params: BROWSER, body }),
      );
      forgetCsrfToken();
    },
  });
}
