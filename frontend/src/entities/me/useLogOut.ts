import { useMutation } from "@tanstack/react-query";
import { BROWSER, tolerate } from "../../lib/api/allauth";
import { api, unwrap } from "../../lib/api/client";
import { startAnew } from "./logInMemory";

/** Ends the session and reloads the app, so that nothing of it stays in memory. */
export function useLogOut() {
  return useMutation({
    mutationFn: async () => {
      await tolerate(
        401,
        unwrap(api.DELETE("/_allauth/{client}/v1/auth/session", { params: BROWSER })),
      );
      startAnew();
    },
  });
}
