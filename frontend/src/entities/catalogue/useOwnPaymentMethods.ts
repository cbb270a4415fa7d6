import { useQuery } from "@tanstack/react-query";
import { useMe } from "../me/useMe";
import { paymentMethods } from "./usePaymentMethods";

/** The ways to pay of the account that is logged in; without a country, the global ones. */
export function useOwnPaymentMethods() {
  return useQuery(paymentMethods(useMe().data?.account?.country ?? ""));
}
