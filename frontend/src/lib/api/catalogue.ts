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

/** The ways to pay in a country; nothing is asked while none is chosen. */
export function usePaymentMethods(country: string) {
  return useQuery({
    queryKey: ["payment-methods", country],
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/admin/payment-methods/", { params: { query: { country } } })),
    enabled: country !== "",
    ...RARELY_CHANGES,
  });
}
