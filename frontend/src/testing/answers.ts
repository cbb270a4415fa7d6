import { http, HttpResponse } from "msw";
import type { Invoice, Me } from "../lib/api/types";
import { active, jazzcash, me, pakistan } from "./examples";
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
export function showInvoice(shown: Invoice) {
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      HttpResponse.json({ ...me, open_invoice: shown.status === "pending" ? shown : null }),
    ),
    http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(shown)),
  );
}

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

/** What allauth answers for a dead link from an email. */
export function refuseLink(code: string, message: string) {
  const body = { status: 400, errors: [{ code, message, param: "key" }] };
  return () => HttpResponse.json(body, { status: 400 });
}
