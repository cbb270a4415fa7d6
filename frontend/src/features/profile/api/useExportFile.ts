import { useMutation } from "@tanstack/react-query";
import { requireThere, url } from "../../../lib/api/client";
import { browser } from "../../../lib/browser";

/** Lets the browser download a finished file, however long that takes. */
export function useExportFile() {
  return useMutation({
    mutationFn: async (key: string) => {
      const path = `/api/v1/auth/account/export/${encodeURIComponent(key)}/`;
      await requireThere(path);
      browser.open(url(path));
    },
  });
}
