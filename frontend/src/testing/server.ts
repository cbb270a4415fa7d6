import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { noPlan } from "./examples";

const notLoggedIn = { errors: [{ code: "not_authenticated", detail: "Log in.", attr: null }] };

/** The network of the component tests, for a visitor, or somebody without a plan; unknown requests fail the test. */
export const server = setupServer(
  http.get("*/api/v1/auth/csrf/", () => HttpResponse.json({ csrf_token: "token" })),
  http.get("*/api/v1/billing/seller/", () =>
    HttpResponse.json({ name: "IGNY8", email: "help@igny8.example", website: "" }),
  ),
  http.get("*/api/v1/auth/me/", () => HttpResponse.json(notLoggedIn, { status: 401 })),
  http.get("*/api/v1/billing/subscriptions/current/", () => HttpResponse.json(noPlan)),
);
