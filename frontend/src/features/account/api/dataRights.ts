import { useMutation } from "@tanstack/react-query";
import { api, forgetCsrfToken, unwrap } from "../../../lib/api/client";
import { rememberLogIn } from "../../../lib/api/logInMemory";

const FILE_NAME = "account-data.zip";

/** Downloads all that is kept about the account. */
export function useExport() {
  return useMutation({
    mutationFn: async (password: string) => {
      const file = await unwrap<Blob>(
        api.POST("/api/v1/auth/account/export/", { body: { password }, parseAs: "blob" }),
      );
      save(file);
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

function save(file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = FILE_NAME;
  link.click();
  URL.revokeObjectURL(address);
}
