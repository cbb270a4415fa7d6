import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, it } from "vitest";
import { server } from "../../testing/server";
import { startLanguage } from "../messages";
import { api, forgetCsrfToken, requireThere, upload } from "./client";

beforeEach(forgetCsrfToken);
afterEach(() => startLanguage("en"));

/** Notes in which language each request asks to be answered. */
function noteLanguages(): Record<string, string | null> {
  const asked: Record<string, string | null> = {};
  server.use(
    http.get("*/api/v1/auth/csrf/", ({ request }) => {
      asked.token = request.headers.get("Accept-Language");
      return HttpResponse.json({ csrf_token: "t" });
    }),
    http.all("*", ({ request }) => {
      asked[request.method] = request.headers.get("Accept-Language");
      return HttpResponse.json({});
    }),
  );
  return asked;
}

it.each(["en", "ur"] as const)("every request asks for answers in %s", async (language) => {
  await startLanguage(language);
  const asked = noteLanguages();
  await api.GET("/api/v1/auth/me/");
  await api.PATCH("/api/v1/auth/profile/", { body: { first_name: "Asma" } });
  await requireThere("/api/v1/billing/payments/1/proof/");
  expect(asked).toEqual({ token: language, GET: language, PATCH: language, HEAD: language });
});

it.each(["en", "ur"] as const)("a form with a file asks for answers in %s", async (language) => {
  await startLanguage(language);
  const asked = noteLanguages();
  await upload("/api/v1/billing/payments/1/proof/", new FormData(), {}, () => undefined);
  expect(asked.POST).toBe(language);
});
