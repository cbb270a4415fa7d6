import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import type { Me } from "../../lib/api/types";
import type { Language } from "../../lib/messages";

/** Has mails come in the language of the pages; for a visitor there is nothing to save. */
export function useSaveLanguage() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (language: Language) => {
      if (cache.getQueryData<Me | null>(queryKeys.me)) {
        await unwrap(api.PATCH("/api/v1/auth/profile/", { body: { language } }));
      }
    },
  });
}
