import { useQueryClient } from "@tanstack/react-query";
import { rememberLogIn } from "../../../entities/me/logInMemory";
import { forgetCsrfToken } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";

/** What to do when a session has started. */
export function useEnter() {
  const cache = useQueryClient();
  return async () => {
    forgetCsrfToken();
    rememberLogIn(true);
    await cache.invalidateQueries({ queryKey: queryKeys.me });
  };
}
