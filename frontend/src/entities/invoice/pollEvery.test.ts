import { expect, it } from "vitest";
import { invoice, payment } from "../../testing/examples";
import { pollEvery } from "./pollEvery";

const sent = Date.parse(payment.submitted_at);
const reviewed = {
  ...invoice,
  payment_state: "under_review" as const,
  latest_payment: payment,
};

it.each([
  ["just sent", 1_000, 4_000],
  ["minutes old", 5 * 60_000, 15_000],
  ["hours old", 5 * 3_600_000, 60_000],
])("asks less and less for a confirmation that is %s", (_age, age, expected) => {
  expect(pollEvery(reviewed, sent + age)).toBe(expected);
});

it("asks now and then while something is due, and not at all afterwards", () => {
  expect(pollEvery(invoice)).toBe(60_000);
  expect(pollEvery({ ...invoice, status: "paid", payment_state: "paid" })).toBe(false);
  expect(pollEvery(null)).toBe(false);
});
