import type {
  Account,
  CountryDetail,
  CurrentSubscription,
  Invoice,
  InvoiceDetail,
  Me,
  OfferedPaymentMethod,
  Payment,
  Plan,
  PlanChange,
} from "../lib/api/types";

export const starter: Plan = {
  slug: "starter",
  name: "Starter",
  description: "For one site.",
  price: "89.00",
  currency: "USD",
  interval: "month",
  included_credits: 1000,
  credits_at_renewal: "add",
  credits_kept_up_to: null,
  credits_note: {
    en: "Unused credits are kept when the next period begins.",
    ur: "اگلی مدت شروع ہونے پر غیر استعمال شدہ کریڈٹ برقرار رہتے ہیں۔",
  },
  change_credit: "days",
  change_note: {
    en: "If you change the plan, its unused days are taken off.",
    ur: "پلان بدلنے پر اس کے غیر استعمال شدہ دن منہا کیے جاتے ہیں۔",
  },
  max_sites: 1,
  max_users: 2,
  is_free: false,
  offer: "starter-as-shown",
};

export const growth: Plan = {
  ...starter,
  slug: "growth",
  name: "Growth",
  price: "139.00",
  included_credits: 2000,
  max_sites: 3,
  offer: "growth-as-shown",
};

export const free: Plan = { ...starter, slug: "free", name: "Free", price: "0.00", is_free: true };

export const jazzcash: OfferedPaymentMethod = {
  id: 3,
  payment_method: "jazzcash",
  display_name: "JazzCash",
  kind: "wallet",
  currency: "PKR",
  countries: ["PK"],
  instructions: "Open the JazzCash app.",
  details: [{ label: "Mobile account", value: "0300 1234567", copyable: true }],
  reference_label: "Transaction ID (TID)",
  reference_hint: "10 to 14 digits.",
  reference_pattern: "[0-9]{10,14}",
  processing_time: "Arrives in seconds",
  translations: {
    ur: {
      display_name: "جاز کیش",
      instructions: "جاز کیش ایپ کھولیں۔",
      labels: { "Mobile account": "موبائل اکاؤنٹ" },
      reference_label: "ٹرانزیکشن آئی ڈی",
    },
  },
  is_example: true,
  order: 30,
  exchange_rate: "281.5",
  currency_decimals: 2,
};

const account: Account = {
  id: 1,
  name: "Lahore Textiles",
  status: "pending_payment",
  credits: 0,
  plan: starter,
  country: "PK",
  billing_name: "",
  billing_email: "",
  billing_address_line1: "",
  billing_address_line2: "",
  billing_city: "",
  billing_state: "",
  billing_postal_code: "",
  tax_id: "",
  billing_email_confirmed: false,
  created_at: "2026-11-23T09:00:00Z",
};

export const active: Account = { ...account, status: "active", credits: 1000 };

export const payment: Payment = {
  id: 5,
  invoice_id: 1,
  invoice_number: "INV-2026-000001",
  payment_method: "jazzcash",
  payment_method_name: "JazzCash",
  payment_method_names: { ur: "جاز کیش" },
  amount: "25053.50",
  currency: "PKR",
  manual_reference: "20260000001",
  manual_notes: "",
  paid_on: "2026-11-23",
  status: "pending_approval",
  has_proof: false,
  proof_url: null,
  proof_state: "none",
  proof_refusal: null,
  submitted_at: "2026-11-23T09:20:00Z",
  decided_at: null,
  admin_notes: "",
};

/** As it comes with the user. */
export const listed: Invoice = {
  id: 1,
  number: "INV-2026-000001",
  kind: "initial",
  status: "pending",
  payment_state: "due",
  currency: "USD",
  subtotal: "89.00",
  tax_amount: "0.00",
  total: "89.00",
  payable_amount: "25053.50",
  payable_currency: "PKR",
  exchange_rate: "281.5",
  issued_at: "2026-11-23T09:00:00Z",
  due_date: "2026-11-30",
  paid_at: null,
  voided_at: null,
  void_reason: "",
  payment_method: "jazzcash",
  payment_instructions: jazzcash,
  payment_reference: "INV-2026-000001",
  lines: [{ description: "Starter plan", quantity: 1, unit_price: "89.00", amount: "89.00" }],
  billing_snapshot: {
    customer: { ...account, account_name: account.name },
    plan: { ...starter, price: "89.00" },
  },
  latest_payment: null,
};

/** As it comes by itself. */
export const invoice: InvoiceDetail = { ...listed, period: null, coming: [] };

export const me: Me = {
  user: {
    id: 1,
    email: "ayesha@shop.example",
    first_name: "Ayesha",
    last_name: "Khan",
    role: "owner",
    language: "en",
    email_verified: false,
    pending_email: null,
    is_billing_admin: false,
    date_joined: "2026-11-23T09:00:00Z",
  },
  account,
  subscription: null,
  pending_subscription: null,
  open_invoice: listed,
  last_decision: null,
};

export const pakistan: CountryDetail = {
  code: "PK",
  name: "Pakistan",
  currency: "PKR",
  address: {
    city_type: "city",
    state_type: "",
    states: [],
    postal_code_type: "postal",
    postal_code_example: "44000",
    tax_id_name: "NTN",
  },
};

/** An account without a plan. */
export const noPlan: CurrentSubscription = {
  plan: null,
  status: null,
  stage: "no_plan",
  current_period: null,
  paid_until_day: null,
  cancel_at_period_end: false,
  next_plan: null,
  price_change: null,
  open_invoice: null,
  claim: null,
  late_payment: "clock_stops",
  suspended_on: null,
  suspends_on: null,
  ends_on: null,
  coming: [],
  may: { renew_early: false, cancel: false, keep: false, choose_plan: false },
};

/** A plan that is paid until the end of January; everything about it can be changed. */
export const running: CurrentSubscription = {
  ...noPlan,
  plan: starter,
  status: "active",
  stage: "active",
  current_period: {
    first_day: "2027-01-01",
    last_day: "2027-01-31",
    starts_at: "2027-01-01T00:00:00Z",
    ends_at: "2027-02-01T00:00:00Z",
  },
  paid_until_day: "2027-01-31",
  may: { renew_early: true, cancel: true, keep: false, choose_plan: true },
};

export const renewal: NonNullable<CurrentSubscription["open_invoice"]> = {
  id: 1,
  number: invoice.number,
  kind: "renewal",
  due: { amount: "89.00", currency: "USD" },
  payable: { amount: "25053.50", currency: "PKR" },
  due_date: "2027-01-31",
  period: { first_day: "2027-02-01", last_day: "2027-02-28" },
};

/** The same with the invoice for February. */
export const renewing: CurrentSubscription = {
  ...running,
  stage: "renewal_open",
  open_invoice: renewal,
  suspends_on: "2027-02-10",
  ends_on: "2027-03-12",
  coming: [
    { day: "2027-01-28", what: "renewal_reminder" },
    { day: "2027-02-01", what: "renewal_due" },
    { day: "2027-02-04", what: "fall_due" },
    { day: "2027-02-04", what: "past_due" },
    { day: "2027-02-08", what: "final_notice" },
    { day: "2027-02-10", what: "suspend" },
    { day: "2027-03-05", what: "ending" },
    { day: "2027-03-12", what: "lapse" },
  ],
  may: { renew_early: false, cancel: true, keep: false, choose_plan: true },
};

export const claim = {
  submitted_on: "2027-02-03",
  amount: { amount: "25053.50", currency: "PKR" },
};

/** An example of each stage that tells of a plan that runs, or has run. */
export const stages = {
  active: running,
  renewal_open: renewing,
  grace: { ...renewing, stage: "grace" },
  past_due: { ...renewing, stage: "past_due", status: "past_due" },
  suspended: {
    ...renewing,
    stage: "suspended",
    status: "past_due",
    suspended_on: "2027-02-10",
    suspends_on: null,
  },
  under_review: {
    ...renewing,
    stage: "under_review",
    claim,
    may: { renew_early: false, cancel: false, keep: false, choose_plan: false },
  },
  ending: {
    ...running,
    stage: "ending",
    cancel_at_period_end: true,
    ends_on: "2027-01-31",
    coming: [{ day: "2027-02-01", what: "end" }],
    may: { renew_early: false, cancel: false, keep: true, choose_plan: false },
  },
} as const satisfies Partial<Record<CurrentSubscription["stage"], CurrentSubscription>>;

/** To a dearer plan: at once with a credit, or in February. */
export const planChange: PlanChange = {
  plan: growth,
  now: {
    credit: { amount: "59.33", currency: "USD" },
    total: { amount: "79.67", currency: "USD" },
    payable: null,
    refused: null,
  },
  next_period: { starts_on: "2027-02-01", refused: null },
};
