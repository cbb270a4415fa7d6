import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "../../../lib/api/client";

/** Has all that is kept about the account put into a file; a mail brings the link. */
export function useExport() {
  return useMutation({
    mutationFn: (password: string) =>
      unwrap(api.POST("/api/v1/auth/account/export/", { body: { password } })),
  });
}
