import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import type { Me } from "../../lib/api/types";
import type { Language } from "../../lib/messages";

/** Saves the page's language for emails; does nothing for visitors. */
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
