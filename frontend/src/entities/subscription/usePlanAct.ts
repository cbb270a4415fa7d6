import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { queryKeys } from "../../lib/api/keys";
import type { CurrentSubscription } from "../../lib/api/types";
import { ApiError } from "../../lib/errors/apiError";
import { IdempotencyKeys } from "../../lib/idempotency";

interface Headers {
  header: { "Idempotency-Key": string };
}

/**
 * An act on the subscription, done once however often it is pressed. Pages show what it answers.
 *
 * @param send sends the request.
 * @param onDone gets the answer before pages show it, which may remove what was pressed.
 */
export function usePlanAct<Body = void>(
  send: (body: Body, params: Headers) => Promise<CurrentSubscription>,
  onDone?: (current: CurrentSubscription) => void,
) {
  const [keys] = useState(() => new IdempotencyKeys());
  const cache = useQueryClient();
  const refresh = (...names: (keyof typeof AFFECTED)[]) =>
    Promise.all(names.map((name) => cache.invalidateQueries({ queryKey: AFFECTED[name] })));
  return useMutation({
    mutationFn: (body: Body) =>
      send(body, { header: { "Idempotency-Key": keys.keyFor(body ?? null) } }),
    onSuccess: async (current) => {
      keys.forget();
      onDone?.(current);
      cache.setQueryData(queryKeys.subscription, current);
      await refresh("me", "invoice", "invoices", "planChanges");
    },
    onError: async (error) => {
      if (!isDecided(error)) return;
      keys.forget(); // pressed again, it is another request
      await refresh("me", "subscription", "plans", "planChanges");
    },
  });
}

const AFFECTED = {
  me: queryKeys.me,
  subscription: queryKeys.subscription,
  invoice: queryKeys.anyInvoice,
  invoices: queryKeys.invoices,
  plans: queryKeys.plans,
  planChanges: queryKeys.planChanges,
};

/** Whether the server refused for good; otherwise the request may have been done, or still be. */
function isDecided(error: Error): boolean {
  return error instanceof ApiError && error.status < 500 && !error.has("idempotency_key_in_use");
}
