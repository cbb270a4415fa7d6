import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../lib/api/client";
import { queryKeys } from "../../lib/api/keys";
import { inReadersLanguage } from "../payment-method/methodTexts";
import { RARELY_CHANGES } from "./rarelyChanges";

/** The payment methods of a country; "" (not chosen yet) gets none. */
export function usePaymentMethods(country: string) {
  return useQuery({ ...paymentMethods(country), enabled: country !== "" });
}

/** The payment methods of a country, in the reader's language; "" means the global ones. */
export function paymentMethods(country: string) {
  return queryOptions({
    queryKey: queryKeys.paymentMethods(country),
    queryFn: () =>
      unwrap(api.GET("/api/v1/billing/admin/payment-methods/", { params: { query: { country } } })),
    select: (methods) => methods.map(inReadersLanguage),
    ...RARELY_CHANGES,
  });
}
