import type { Invoice } from "./types";

/** The cache key of each API response; keys that start with another belong to it. */
export const queryKeys = {
  me: ["me"],
  subscription: ["subscription"],
  plans: ["plans"],
  planChanges: ["plan-changes"],
  planChangesBy: (method: string) => ["plan-changes", method],
  seller: ["seller"],
  countries: ["countries"],
  country: (code: string) => ["country", code],
  paymentMethods: (country: string) => ["payment-methods", country],
  anyInvoice: ["invoice"],
  invoice: (id: number) => ["invoice", id],
  invoices: ["invoices"],
  invoicesPage: (page: number) => ["invoices", page],
  payments: ["payments"],
  paymentsOf: ({ id, payment_state, latest_payment }: Invoice) =>
    ["payments", id, payment_state, latest_payment] as const,
  ledgerPage: (page: number) => ["ledger", page],
  sites: ["sites"],
  industries: ["industries"],
  resetLink: (key: string) => ["reset-link", key],
  verificationLink: (key: string) => ["verification-link", key],
} as const;
