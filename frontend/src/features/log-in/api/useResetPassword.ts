import { useMutation } from "@tanstack/react-query";
import { BROWSER, tolerate } from "../../../lib/api/allauth";
import { api, unwrap } from "../../../lib/api/client";

export function useResetPassword() {
  return useMutation({
    mutationFn: (body: { key: string; password: string }) =>
      tolerate(
        401,
        unwrap(api.POST("/_allauth/{client}/v1/auth/password/reset", { params: BROWSER, body })),
      ),
  });
}
