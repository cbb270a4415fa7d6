import { useMutation } from "@tanstack/react-query";
import { startAnew } from "../../../entities/me/logInMemory";
import { api, unwrap } from "../../../lib/api/client";

/** Ends all sessions of the person, in this browser and all others. */
export function useLogOutEverywhere() {
  return useMutation({
    mutationFn: async () => {
      await unwrap(api.POST("/api/v1/auth/log-out-everywhere/"));
      startAnew();
    },
  });
}
