import { useMutation } from "@tanstack/react-query";
import { api, forgetCsrfToken, requireThere, unwrap, url } from "../../../lib/api/client";
import { browser } from "../../../lib/browser";
import { rememberLogIn } from "../../../entities/me/logInMemory";

/** Has all that is kept about the account put into a file; a mail brings the link. */
export function useExport() {
  return useMutation({
    mutationFn: (password: string) =>
      unwrap(api.POST("/api/v1/auth/account/export/", { body: { password } })),
  });
}

/** Hands a file that is made to the browser, which saves it however long that takes. */
export function useExportFile() {
  return useMutation({
    mutationFn: async (key: string) => {
      const path = `/api/v1/auth/account/export/${encodeURIComponent(key)}/`;
      await requireThere(path);
      browser.open(url(path));
    },
  });
}

/** Closes the account for good; the session has ended then. */
export function useCloseAccount() {
  return useMutation({
    mutationFn: async (body: { password: string; confirmation: string }) => {
      const closed = await unwrap(api.POST("/api/v1/auth/account/close/", { body }));
      forgetCsrfToken();
      rememberLogIn(false);
      return closed;
    },
  });
}
