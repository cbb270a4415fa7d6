import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { forgetChangedPlans } from "../../../entities/catalogue/usePlans";
import { api, unwrap } from "../../../lib/api/client";
import { queryKeys } from "../../../lib/api/keys";
import type { Account, Me } from "../../../lib/api/types";
import { IdempotencyKeys } from "../../../lib/idempotency";

/** The credit ledger, newest first, a page at a time. */
export function useLedger(page: number) {
  return useQuery({
    queryKey: queryKeys.ledgerPage(page),
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/credits/ledger/", { params: { query: { page } } })),
    placeholderData: keepPreviousData,
  });
}

/**
 * Asks for a plan once, however often the same choice is sent.
 *
 * @param onIssued gets the id of the invoice to pay.
 */
export function useUpgrade(onIssued: (invoiceId: number) => void) {
  const [keys] = useState(() => new IdempotencyKeys());
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { plan_slug: string; offer: string; payment_method: string }) =>
      unwrap(
        api.POST("/api/v1/billing/subscriptions/upgrade/", {
          body,
          params: { header: { "Idempotency-Key": keys.keyFor(body) } },
        }),
      ),
    onSuccess: async ({ invoice }) => {
      onIssued(invoice.id); // before the page changes with the account, and the form is gone
      await cache.invalidateQueries();
    },
    onError: (error) => forgetChangedPlans(cache, error),
  });
}

export function useChangeAccount() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Account>) => unwrap(api.PATCH("/api/v1/auth/account/", { body })),
    onSuccess: (account) => {
      cache.setQueryData<Me | null>(queryKeys.me, (me) => me && { ...me, account });
    },
  });
}

export function useChangeProfile() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Pick<Me["user"], "first_name" | "last_name" | "language">>) =>
      unwrap(api.PATCH("/api/v1/auth/profile/", { body })),
    onSuccess: (user) => {
      cache.setQueryData<Me | null>(queryKeys.me, (me) => me && { ...me, user });
    },
  });
}

/** Sends a link to a new address; it counts once that is opened. */
export function useRequestEmailChange() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      unwrap(api.POST("/api/v1/auth/email/", { body })),
    onSuccess: (user) => {
      cache.setQueryData<Me | null>(queryKeys.me, (me) => me && { ...me, user });
    },
  });
}

export function useCancelEmailChange() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/auth/email/")),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.me }),
  });
}
