import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./client";

const RARELY_CHANGES = { staleTime: 10 * 60 * 1000 };

export function usePlans() {
  return useQuery({
    queryKey: ["plans"],
    queryFn: () => unwrap(api.GET("/api/v1/plans/")),
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

/**
 * The ways to pay in a country. Without a country there are the global ones; a form that is yet
 * to ask for it passes nothing and gets nothing.
 */
export function usePaymentMethods(country: string, includesGlobal = false) {
  return useQuery({
    queryKey: ["payment-methods", country],
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/admin/payment-methods/", { params: { query: { country } } })),
    enabled: includesGlobal || country !== "",
    ...RARELY_CHANGES,
  });
}
