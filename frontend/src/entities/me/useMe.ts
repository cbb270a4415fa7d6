import { useQuery, type QueryClient, type QueryFunctionContext } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import type { Me } from "../../lib/api/types";
import { ApiError } from "../../lib/errors/apiError";
import { pollEvery } from "../invoice/pollEvery";
import { hasLoggedIn, rememberLogIn } from "./logInMemory";

/** Who is logged in and where the account stands; null for a visitor. */
export function useMe() {
  return useQuery({
    queryKey: queryKeys.me,
    queryFn: fetchMe,
    refetchInterval: (query) => pollEvery(query.state.data?.open_invoice),
    refetchOnWindowFocus: "always",
  });
}

/** Whether nothing is to be paid though the account has not begun: its only order was void. */
export function hasNothingOrdered(me: Me): boolean {
  return me.account?.status === "pending_payment" && !me.open_invoice;
}

const VISITORS_PAGES =
  /^\/(signup|login|forgot-password|reset-password|verify-email|confirm-billing-email)/;

/** A visitor on a visitor's page is not asked for: the answer would be an error, every time. */
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

/** The page of the invoice that is to be paid shows what all pages show, without asking itself. */
function keepInStep(cache: QueryClient, open: Me["open_invoice"]): void {
  const before = cache.getQueryData<Me | null>(queryKeys.me)?.open_invoice;
  if (open) cache.setQueryData(queryKeys.invoice(open.id), open);
  if (before && before.id !== open?.id) {
    void cache.invalidateQueries({ queryKey: queryKeys.invoice(before.id) });
  }
}
