/** The fields of the billing details, as named in the API. */
export const BILLING_FIELDS = [
  "billing_name",
  "billing_email",
  "billing_address_line1",
  "billing_address_line2",
  "billing_city",
  "billing_state",
  "billing_postal_code",
  "tax_id",
] as const;

export type BillingField = (typeof BILLING_FIELDS)[number];
