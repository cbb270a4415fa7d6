import { useQuery, type QueryClient, type QueryFunctionContext } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import type { Me } from "../../lib/api/types";
import { ApiError } from "../../lib/errors/apiError";
import { pollEvery } from "../invoice/pollEvery";
import { hasLoggedIn, rememberLogIn } from "./logInMemory";

/** The signed-in user and the state of the account; null for a visitor. */
export function useMe() {
  return useQuery({
    queryKey: queryKeys.me,
    queryFn: fetchMe,
    refetchInterval: (query) => pollEvery(query.state.data?.open_invoice),
    refetchOnWindowFocus: "always",
  });
}

/** Whether the account isn't active yet but has nothing to pay: its only order was voided. */
export function hasNothingOrdered(me: Me): boolean {
  return me.account?.status === "pending_payment" && !me.open_invoice;
}

const VISITORS_PAGES =
  /^\/(signup|login|forgot-password|reset-password|verify-email|confirm-billing-email)/;

/** Skipped for visitors on public pages, because the response would always be an error. */
async function fetchMe({ client, signal }: QueryFunctionContext): Promise<Me | null> {
  if (!hasLoggedIn() && VISITORS_PAGES.test(window.location.pathname)) return null;
  try {
    const me = await unwrap(api.GET("/api/v1/auth/me/", { signal }));
    keepInStep(client, me.open_invoice);
    rememberLogIn(true);
    return me;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    rememberLogIn(false);
    return null;
  }
}

/** The page of the open invoice shows the shared data, without fetching it again. */
function keepInStep(cache: QueryClient, open: Me["open_invoice"]): void {
  const before = cache.getQueryData<Me | null>(queryKeys.me)?.open_invoice;
  if (open) cache.setQueryData(queryKeys.invoice(open.id), open);
  if (before && before.id !== open?.id) {
    void cache.invalidateQueries({ queryKey: queryKeys.invoice(before.id) });
  }
}
