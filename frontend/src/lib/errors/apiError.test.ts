import { afterEach, describe, expect, it } from "vitest";
import { startLanguage } from "../messages";
import { ApiError, splitErrors } from "./apiError";

afterEach(() => startLanguage("en"));

function answer(status: number, headers: Record<string, string> = {}) {
  return { status, headers: new Headers(headers) };
}

describe("ApiError", () => {
  it("reads the API's envelope with its state", () => {
    const error = ApiError.from(answer(409), {
      type: "client_error",
      errors: [{ code: "invoice_already_paid", detail: "Paid.", attr: null }],
      state: "paid",
    });
    expect(error.has("invoice_already_paid")).toBe(true);
    expect(error.state).toBe("paid");
    expect(error.message).toBe("Paid.");
  });

  it("names the invoice that is to be paid first", () => {
    const errors = [{ code: "account_suspended", detail: "Paused.", attr: null }];
    expect(ApiError.from(answer(403), { errors, invoice_id: 7 }).invoiceId).toBe(7);
    expect(ApiError.from(answer(403), { errors, invoice_id: null }).invoiceId).toBeNull();
    expect(ApiError.from(answer(403), { errors }).invoiceId).toBeNull();
  });

  it("reads allauth's errors, whose fields are params", () => {
    const error = ApiError.from(answer(400), {
      status: 400,
      errors: [{ code: "email_password_mismatch", message: "Wrong.", param: "password" }],
    });
    expect(error.errors).toEqual([
      { code: "email_password_mismatch", detail: "Wrong.", attr: "password" },
    ]);
  });

  it.each([
    ["42", "Too many attempts. Try again in a minute."],
    ["3541", "Too many attempts. Try again in 60 minutes."],
    [undefined, "Too many attempts. Try again in a minute."],
  ])("says when to try again: %s seconds", (wait, text) => {
    const error = ApiError.from(answer(429, wait ? { "Retry-After": wait } : {}), { status: 429 });
    expect(error.has("throttled")).toBe(true);
    expect(error.message).toBe(text);
  });

  it.each([
    ["no envelope", "<html>"],
    ["an envelope without errors", { status: 0, data: { flows: [] } }],
    ["an error without words", { errors: [{ code: "new_code" }] }],
    ["an error with empty words", { errors: [{ code: "new_code", detail: "" }] }],
  ])("has words for every status of %s, in both languages", async (_name, body) => {
    for (const chosen of ["en", "ur"] as const) {
      await startLanguage(chosen);
      for (let status = 400; status < 600; status += 1) {
        const { message } = ApiError.from(answer(status), body);
        expect(message, `${status}`).not.toMatch(/\d|HTTP|undefined|null|object/);
        expect(message.length, `${status}`).toBeGreaterThan(15);
      }
    }
  });
});

describe("splitErrors", () => {
  it("gives known fields their first error and keeps the rest apart", () => {
    const error = ApiError.from(answer(400), {
      errors: [
        { code: "a", detail: "Too short.", attr: "password" },
        { code: "b", detail: "Too common.", attr: "password" },
        { code: "c", detail: "Elsewhere.", attr: "unknown" },
        { code: "d", detail: "All of it.", attr: null },
      ],
    });
    expect(splitErrors(error, ["password"])).toEqual({
      byField: { password: "Too short." },
      general: ["Elsewhere.", "All of it."],
    });
  });
});
