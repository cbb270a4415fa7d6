import { useQuery, type QueryClient, type QueryFunctionContext } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import type { Me } from "../../lib/api/types";
import { ApiError } from "../../lib/errors/apiError";
import { keepInvoice } from "../invoice/keepInvoice";
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

/** Whether a plan was paid for last: without one now, it has ended. */
export function hasHadPlan(me: Me): boolean {
  return me.last_decision?.status === "succeeded";
}

const VISITORS_PAGES =
  /^\/(signup|login|forgot-password|reset-password|verify-email|confirm-billing-email)/;

/** Skipped for visitors on public pages, because the response would always be an error. */
async function fetchMe({ client, signal }: QueryFunctionContext): Promise<Me | null> {
  if (!hasLoggedIn() && VISITORS_PAGES.test(window.location.pathname)) return null;
  try {
    const me = await unwrap(api.GET("/api/v1/auth/me/", { signal }));
    keepInStep(client, me);
    rememberLogIn(true);
    return me;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    rememberLogIn(false);
    return null;
  }
}

/** The page of the open invoice shows the shared data, without waiting for its own. */
function keepInStep(cache: QueryClient, me: Me): void {
  const before = cache.getQueryData<Me | null>(queryKeys.me);
  if (me.open_invoice) keepInvoice(cache, me.open_invoice);
  if (!before || billingState(before) === billingState(me)) return;
  void cache.invalidateQueries({ queryKey: queryKeys.subscription });
  for (const invoice of new Set([before.open_invoice?.id, me.open_invoice?.id])) {
    if (invoice) void cache.invalidateQueries({ queryKey: queryKeys.invoice(invoice) });
  }
}

/** What decides on the stage of the plan and on what comes. */
function billingState({ account, subscription, open_invoice: open }: Me): string {
  return JSON.stringify([
    account?.status,
    subscription?.plan.slug,
    subscription?.status,
    subscription?.current_period_end,
    open && [open.id, open.payment_state, open.due_date],
  ]);
}
