import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { hasLoggedIn } from "../me/logInMemory";
import { useMe } from "../me/useMe";

/**
 * Where the account's subscription stands, and what comes next. Asked together with the user of a
 * browser that has signed in before; not for visitors and people without an account.
 */
export function useCurrent() {
  const me = useMe();
  return useQuery({
    queryKey: queryKeys.subscription,
    queryFn: () => unwrap(api.GET("/api/v1/billing/subscriptions/current/")),
    enabled: me.data ? me.data.account !== null : me.isPending && hasLoggedIn(),
    refetchOnWindowFocus: "always",
  });
}
