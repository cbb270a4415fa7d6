import { describe, expect, it } from "vitest";
import { ApiError, splitErrors } from "./apiError";

describe("ApiError", () => {
  it("reads the API's envelope with its state", () => {
    const error = ApiError.from(409, {
      type: "client_error",
      errors: [{ code: "invoice_already_paid", detail: "Paid.", attr: null }],
      state: "paid",
    });
    expect(error.has("invoice_already_paid")).toBe(true);
    expect(error.state).toBe("paid");
    expect(error.message).toBe("Paid.");
  });

  it("reads allauth's errors, whose fields are params", () => {
    const error = ApiError.from(400, {
      status: 400,
      errors: [{ code: "email_password_mismatch", message: "Wrong.", param: "password" }],
    });
    expect(error.errors).toEqual([
      { code: "email_password_mismatch", detail: "Wrong.", attr: "password" },
    ]);
  });

  it("survives an answer that is no envelope", () => {
    expect(ApiError.from(502, "<html>").message).toBe("HTTP 502");
  });
});

describe("splitErrors", () => {
  it("gives known fields their first error and keeps the rest apart", () => {
    const error = ApiError.from(400, {
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
