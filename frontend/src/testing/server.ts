import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";

/** The network of the component tests; unknown requests fail the test. */
export const server = setupServer(
  http.get("*/api/v1/auth/csrf/", () => HttpResponse.json({ csrf_token: "token" })),
);
