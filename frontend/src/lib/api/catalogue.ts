import { queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";
import { ApiError } from "../errors/apiError";
import { inReadersLanguage } from "../../entities/payment-method/methodTexts";
import { api, unwrap } from "./client";
import { useMe } from "../../entities/me/useMe";

const PLANS = ["plans"] as const;
const RARELY_CHANGES = { staleTime: 10 * 60 * 1000 };

export function usePlans() {
  return useQuery({
    queryKey: PLANS,
    queryFn: () => unwrap(api.GET("/api/v1/plans/")),
    ...RARELY_CHANGES,
  });
}

/** Has the plans asked for anew where an order was refused since one has changed. */
export async function forgetChangedPlans(cache: QueryClient, error: Error): Promise<void> {
  if (error instanceof ApiError && error.has("plan_changed")) {
    await cache.invalidateQueries({ queryKey: PLANS });
  }
}

/** Who sells, and where to ask. */
export function useSeller() {
  return useQuery({
    queryKey: ["seller"],
    queryFn: () => unwrap(api.GET("/api/v1/billing/seller/")),
    ...RARELY_CHANGES,
  });
}

export function useCountries() {
  return useQuery({
    queryKey: ["countries"],
    queryFn: () => unwrap(api.GET("/api/v1/countries/")),
    ...RARELY_CHANGES,
  });
}

/** What belongs into the addresses of a country. */
export function useCountry(code: string) {
  return useQuery({
    queryKey: ["country", code],
    queryFn: () => unwrap(api.GET("/api/v1/countries/{code}/", { params: { path: { code } } })),
    enabled: code !== "",
    ...RARELY_CHANGES,
  });
}

/** The ways to pay in a country; a form that is yet to ask for it passes "" and gets none. */
export function usePaymentMethods(country: string) {
  return useQuery({ ...paymentMethods(country), enabled: country !== "" });
}

/** The ways to pay of the account that is logged in; without a country, the global ones. */
export function useOwnPaymentMethods() {
  return useQuery(paymentMethods(useMe().data?.account?.country ?? ""));
}

function paymentMethods(country: string) {
  return queryOptions({
    queryKey: ["payment-methods", country],
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/admin/payment-methods/", { params: { query: { country } } })),
    select: (methods) => methods.map(inReadersLanguage),
    ...RARELY_CHANGES,
  });
}
