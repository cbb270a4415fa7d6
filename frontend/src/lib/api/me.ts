import { useQuery } from "@tanstack/react-query";
import { ApiError } from "../errors/apiError";
import { api, unwrap } from "./client";
import { hasLoggedIn, rememberLogIn } from "./logInMemory";
import { pollEvery } from "./polling";
import type { Me } from "./types";

export const ME = ["me"] as const;
/** Who is logged in and where the account stands; null for a visitor. */
export function useMe() {
  return useQuery({
    queryKey: ME,
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
async function fetchMe(): Promise<Me | null> {
  if (!hasLoggedIn() && VISITORS_PAGES.test(window.location.pathname)) return null;
  try {
    const me = await unwrap(api.GET("/api/v1/auth/me/"));
    rememberLogIn(true);
    return me;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    rememberLogIn(false);
    return null;
  }
}
