import type {
  Account,
  CountryDetail,
  Invoice,
  Me,
  OfferedPaymentMethod,
  Payment,
  Plan,
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
  max_sites: 1,
  max_users: 2,
  is_free: false,
  offer: "starter-as-shown",
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

export const invoice: Invoice = {
  id: 1,
  number: "INV-2026-000001",
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
  open_invoice: invoice,
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
