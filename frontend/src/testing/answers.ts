import { http, HttpResponse } from "msw";
import type { ShownInvoice } from "../entities/invoice/keepInvoice";
import type { CurrentSubscription, Invoice, Me } from "../lib/api/types";
import { active, jazzcash, listed, me, pakistan, payment } from "./examples";
import { server } from "./server";

export const ALLAUTH = "*/_allauth/browser/v1";

/** A user with an active account and nothing to pay. */
export function logIn(changes: Partial<Me> = {}) {
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      HttpResponse.json({ ...me, account: active, open_invoice: null, ...changes }),
    ),
  );
}

/** A user with this invoice, which is due while it is pending. */
export function showInvoice(shown: ShownInvoice) {
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      HttpResponse.json({ ...me, open_invoice: shown.status === "pending" ? shown : null }),
    ),
    http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(shown)),
  );
}

/** A user with an account whose plan is at this stage, with its invoice if there is one. */
export function showPlan(current: CurrentSubscription, changes: Partial<Me> = {}) {
  const open_invoice: Invoice | null = current.open_invoice && {
    ...listed,
    kind: current.open_invoice.kind,
    payment_state: current.claim ? "under_review" : "due",
    due_date: current.open_invoice.due_date,
    latest_payment: current.claim && payment,
  };
  const status = current.stage === "suspended" ? "suspended" : "active";
  logIn({ account: { ...active, status }, open_invoice, ...changes });
  server.use(http.get("*/api/v1/billing/subscriptions/current/", () => HttpResponse.json(current)));
}

/** Another person of the same account, who doesn't own it. */
export const colleague: Partial<Me> = { user: { ...me.user, role: "member" } };

/** A payment method, and no payment yet. */
export function knowPayments() {
  server.use(
    http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
    http.get("*/api/v1/billing/payments/", () => HttpResponse.json({ count: 0, results: [] })),
  );
}

export function knowCountries() {
  server.use(
    http.get("*/api/v1/countries/", () => HttpResponse.json([])),
    http.get("*/api/v1/countries/PK/", () => HttpResponse.json(pakistan)),
  );
}

export function refuse(code: string, detail: string, attr: string | null) {
  return HttpResponse.json(
    { type: "validation_error", errors: [{ code, detail, attr }] },
    { status: 400 },
  );
}

/** What the state of things doesn't allow. */
export function conflict(code: string, detail: string, state = "active") {
  return HttpResponse.json(
    { type: "client_error", errors: [{ code, detail, attr: null }], state },
    { status: 409 },
  );
}

/** What a suspended account can't do. */
export function refusePaused() {
  const error = { code: "account_suspended", detail: "Your account is paused.", attr: null };
  return HttpResponse.json(
    { type: "client_error", errors: [error], invoice_id: 1 },
    { status: 403 },
  );
}

/** What allauth answers for a dead link from an email. */
export function refuseLink(code: string, message: string) {
  const body = { status: 400, errors: [{ code, message, param: "key" }] };
  return () => HttpResponse.json(body, { status: 400 });
}
