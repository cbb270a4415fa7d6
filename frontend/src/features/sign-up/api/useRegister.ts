import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { forgetChangedPlans } from "../../../entities/catalogue/usePlans";
import { rememberLogIn } from "../../../entities/me/logInMemory";
import { api, forgetCsrfToken, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import { IdempotencyKeys } from "../../../lib/idempotency";
import { language } from "../../../lib/messages";
import type { SignUpRequest } from "../draft";

/** Signs up once, however often the same form is sent, and signs in. */
export function useRegister() {
  const [keys] = useState(() => new IdempotencyKeys());
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: SignUpRequest) =>
      unwrap(
        api.POST("/api/v1/auth/register/", {
          body: { ...body, language },
          params: { header: { "Idempotency-Key": keys.keyFor(body) } },
        }),
      ),
    onSuccess: async () => {
      forgetCsrfToken();
      rememberLogIn(true);
      await cache.invalidateQueries({ queryKey: queryKeys.me });
    },
    onError: (error) => forgetChangedPlans(cache, error),
  });
}
