import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";

/** Requests a file with all data of the account; an email brings the link. */
export function useExport() {
  return useMutation({
    mutationFn: (password: string) =>
      unwrap(api.POST("/api/v1/auth/account/export/", { body: { password } })),
  });
}
