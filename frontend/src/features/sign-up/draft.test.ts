import { expect, it } from "vitest";
import type { Plan } from "../../lib/api/types";
import { EMPTY, requestOf, stepOfErrors, stepsFor } from "./draft";

const free = { is_free: true } as Plan;
const paid = { is_free: false, offer: "as shown" } as Plan;

it("skips billing for a free plan", () => {
  expect(stepsFor(free)).toEqual(["plan", "account", "review"]);
  expect(stepsFor(paid)).toContain("billing");
});

it("finds the first step with an error", () => {
  expect(stepOfErrors({ tax_id: "x", password: "y" })).toBe("account");
  expect(stepOfErrors({ country: "x" })).toBe("billing");
  expect(stepOfErrors({})).toBeUndefined();
});

it("sends no billing details with a free plan", () => {
  const values = { ...EMPTY, email: "a@b.example", country: "PK", payment_method: "jazzcash" };
  expect(requestOf(values, free)).toMatchObject({
    email: "a@b.example",
    country: "",
    payment_method: "",
  });
  expect(requestOf(values, paid)).toEqual({ ...values, offer: "as shown" });
});
