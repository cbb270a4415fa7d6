import { useMutation } from "@tanstack/react-query";
import { BROWSER } from "../../../lib/api/allauth";
import { api, unwrap } from "../../../lib/api/client";

export function useRequestPasswordReset() {
  return useMutation({
    mutationFn: (body: { email: string }) =>
      unwrap(api.POST("/_allauth/{client}/v1/auth/password/request", { params: BROWSER, body })),
  });
}
