import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, forgetCsrfToken, unwrap } from "./client";
import { rememberLogIn } from "../../entities/me/logInMemory";
import { ME } from "../../entities/me/useMe";
import type { Me } from "./types";
import { browser } from "../browser";
import { ApiError } from "../errors/apiError";
import { m, type Language } from "../messages";

const BROWSER = { path: { client: "browser" } } as const;

interface Body {
  data?: { flows?: { id: string; is_pending?: boolean }[] };
}

/** Whether allauth's answer says that the password was right, and a code has to follow. */
function wantsCode(status: number, body: unknown): boolean {
  const flows = (body as Body | undefined)?.data?.flows ?? [];
  return (
    status === 401 && flows.some(({ id, is_pending }) => id === "mfa_authenticate" && is_pending)
  );
}

/** Logs in; the answer tells whether the code of a second factor is still to come. */
export function useLogIn() {
  const enter = useEnter();
  return useMutation({
    mutationFn: async (body: { email: string; password: string }): Promise<"in" | "code"> => {
      const { error, response } = await api.POST("/_allauth/{client}/v1/auth/login", {
        params: BROWSER,
        body,
      });
      if (wantsCode(response.status, error)) {
        forgetCsrfToken();
        return "code";
      }
      if (!response.ok && response.status !== 409) throw ApiError.from(response, error);
      await enter();
      return "in";
    },
  });
}

/** Ends a log-in by the code of a second factor; 401 and 409 say that it has to begin anew. */
export function useSendCode() {
  const enter = useEnter();
  return useMutation({
    mutationFn: async (code: string) => {
      const path = "/_allauth/{client}/v1/auth/2fa/authenticate";
      await unwrap(api.POST(path, { params: BROWSER, body: { code } }));
      await enter();
    },
  });
}

/** What follows when a session has begun. */
function useEnter() {
  const cache = useQueryClient();
  return async () => {
    forgetCsrfToken();
    rememberLogIn(true);
    await cache.invalidateQueries({ queryKey: ME });
  };
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
  browser.open("/login");
}

export function useRequestPasswordReset() {
  return useMutation({
    mutationFn: (body: { email: string }) =>
      unwrap(api.POST("/_allauth/{client}/v1/auth/password/request", { params: BROWSER, body })),
  });
}

const ASKED_ONCE = { staleTime: Infinity, refetchOnWindowFocus: false } as const;

/** Whether the key of a link can still set a password. */
export function useResetLink(key: string) {
  return useQuery({
    queryKey: ["reset-link", key],
    queryFn: () =>
      stateOfLink(key, () =>
        api.GET("/_allauth/{client}/v1/auth/password/reset", {
          params: { ...BROWSER, header: { "X-Password-Reset-Key": key } },
        }),
      ),
    ...ASKED_ONCE,
  });
}

/** Whether the key of a link can still confirm an address, and which. */
export function useVerificationLink(key: string) {
  return useQuery({
    queryKey: ["verification-link", key],
    queryFn: () =>
      stateOfLink(key, () =>
        api.GET("/_allauth/{client}/v1/auth/email/verify", {
          params: { ...BROWSER, header: { "X-Email-Verification-Key": key } },
        }),
      ),
    ...ASKED_ONCE,
  });
}

interface Link<T> {
  data?: T;
  /** Why it can't be used any more. */
  refusal?: string;
}

/** @param key is sent in a header: what can't be in one was never a key of ours. */
async function stateOfLink<T>(
  key: string,
  ask: () => Parameters<typeof unwrap<T>>[0],
): Promise<Link<T>> {
  if (!/^[\x21-\x7e]+$/.test(key)) return { refusal: m.session.linkBroken };
  try {
    return { data: await unwrap(ask()) };
  } catch (error) {
    if (isRefusedLink(error)) return { refusal: error.message };
    throw error;
  }
}

/** Whether a link is at fault, and not what was typed or the network. */
export function isRefusedLink(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 409 || error.errors.some(({ attr }) => attr === "key");
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
