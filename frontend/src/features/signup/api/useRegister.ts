import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, forgetCsrfToken, unwrap } from "../../../lib/api/client";
import { rememberLogIn } from "../../../entities/me/logInMemory";
import { forgetChangedPlans } from "../../../lib/api/catalogue";
import { ME } from "../../../entities/me/useMe";
import { language } from "../../../lib/messages";
import { IdempotencyKeys } from "../../../lib/idempotency";
import type { SignUpRequest } from "../draft";

/** Signs up once, however often the same form is sent, and logs in. */
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
      await cache.invalidateQueries({ queryKey: ME });
    },
    onError: (error) => forgetChangedPlans(cache, error),
  });
}
