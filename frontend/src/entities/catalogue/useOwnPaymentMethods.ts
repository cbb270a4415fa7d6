import { useQuery } from "@tanstack/react-query";
import { useMe } from "../me/useMe";
import { paymentMethods } from "./usePaymentMethods";

/** The payment methods for the signed-in account; without a country, the global ones. */
export function useOwnPaymentMethods() {
  return useQuery(paymentMethods(useMe().data?.account?.country ?? ""));
}
