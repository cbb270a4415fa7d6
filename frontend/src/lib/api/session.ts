import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, forgetCsrfToken, unwrap } from "./client";
import { rememberLogIn } from "./logInMemory";
import { ME } from "./me";
import type { Me } from "./types";
import { ApiError } from "../errors/apiError";
import type { Language } from "../messages";

const BROWSER = { path: { client: "browser" } } as const;

export function useLogIn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (body: { email: string; password: string }) => {
      await tolerate(
        409,
        unwrap(api.POST("/_allauth/{client}/v1/auth/login", { params: BROWSER, body })),
      );
      forgetCsrfToken();
      rememberLogIn(true);
      await cache.invalidateQueries({ queryKey: ME });
    },
  });
}

/** Ends the session and starts the app anew, so that nothing of it is left in memory. */
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

/** Ends every session of the person, of this browser and of all others. */
export function useLogOutEverywhere() {
  return useMutation({
    mutationFn: async () => {
      await unwrap(api.POST("/api/v1/auth/log-out-everywhere/"));
      startAnew();
    },
  });
}

function startAnew(): void {
  rememberLogIn(false);
  window.location.assign("/login");
}

export function useRequestPasswordReset() {
  return useMutation({
    mutationFn: (body: { email: string }) =>
      unwrap(api.POST("/_allauth/{client}/v1/auth/password/request", { params: BROWSER, body })),
  });
}

export function useResetPassword() {
  return useMutation({
    mutationFn: (body: { key: string; password: string }) =>
      tolerate(
        401,
        unwrap(api.POST("/_allauth/{client}/v1/auth/password/reset", { params: BROWSER, body })),
      ),
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: async (body: { current_password: string; new_password: string }) => {
      await unwrap(
        api.POST("/_allauth/{client}/v1/account/password/change", { params: BROWSER, body }),
      );
      forgetCsrfToken();
    },
  });
}

/** Asks for the mail with the link once more; 403 says that one was sent minutes ago. */
export function useResendVerification() {
  return useMutation({
    mutationFn: (email: string) =>
      tolerate(
        403,
        unwrap(
          api.PUT("/_allauth/{client}/v1/account/email", { params: BROWSER, body: { email } }),
        ),
      ),
  });
}

export function useVerifyEmail() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (key: string) => {
      const body = { key };
      await tolerate(
        401,
        unwrap(api.POST("/_allauth/{client}/v1/auth/email/verify", { params: BROWSER, body })),
      );
      await cache.invalidateQueries({ queryKey: ME });
    },
  });
}

/** Says that mails about invoices may come to the address of the link. */
export function useConfirmBillingEmail() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (key: string) => {
      await unwrap(api.POST("/api/v1/auth/billing-email/confirm/", { body: { key } }));
      await cache.invalidateQueries({ queryKey: ME });
    },
  });
}

/** allauth answers 401 where the act is done but nobody is logged in, 409 where somebody is. */
async function tolerate(status: number, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === status)) throw error;
  }
}

/** Has mails come in the language of the pages; for a visitor there is nothing to save. */
export function useSaveLanguage() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (language: Language) => {
      if (cache.getQueryData<Me | null>(ME)) {
        await unwrap(api.PATCH("/api/v1/auth/profile/", { body: { language } }));
      }
    },
  });
}
