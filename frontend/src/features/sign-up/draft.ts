import { BILLING_FIELDS, type BillingField } from "../../entities/billing-details/fields";
import type { Plan } from "../../lib/api/types";

export const DRAFT = "signup";

/** What a visitor types; everything except the password survives a reload. */
export interface SignUpValues extends Record<BillingField, string> {
  plan_slug: string;
  email: string;
  password: string;
  first_name: string;
  last_name: string;
  account_name: string;
  country: string;
  payment_method: string;
}

export type Field = keyof SignUpValues;
export type Step = "plan" | "account" | "billing" | "review";

export const FIELDS_OF: Record<Step, readonly Field[]> = {
  plan: ["plan_slug"],
  account: ["email", "password", "first_name", "last_name", "account_name"],
  billing: ["country", "payment_method", ...BILLING_FIELDS],
  review: [],
};

export const EMPTY: SignUpValues = {
  plan_slug: "",
  email: "",
  password: "",
  first_name: "",
  last_name: "",
  account_name: "",
  country: "",
  payment_method: "",
  billing_name: "",
  billing_email: "",
  billing_address_line1: "",
  billing_address_line2: "",
  billing_city: "",
  billing_state: "",
  billing_postal_code: "",
  tax_id: "",
};

/** A free plan has nothing to bill. */
export function stepsFor(plan: Plan | undefined): readonly Step[] {
  return plan?.is_free ? ["plan", "account", "review"] : ["plan", "account", "billing", "review"];
}

/** The first step that has a field with an error. */
export function stepOfErrors(errors: Partial<Record<Field, unknown>>): Step | undefined {
  const steps: readonly Step[] = ["plan", "account", "billing"];
  return steps.find((step) => FIELDS_OF[step].some((field) => errors[field]));
}

export type SignUpRequest = SignUpValues & { offer: string };

/** The request: a free plan sends no billing details; the offer shown is included. */
export function requestOf(values: SignUpValues, plan: Plan | undefined): SignUpRequest {
  const request = { ...values, offer: plan?.offer ?? "" };
  if (!plan?.is_free) return request;
  const billing = Object.fromEntries(FIELDS_OF.billing.map((field) => [field, ""]));
  return { ...request, ...billing };
}
