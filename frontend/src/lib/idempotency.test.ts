import { expect, it } from "vitest";
import { IdempotencyKeys } from "./idempotency";

it("keeps the key while the body is the same", () => {
  const keys = new IdempotencyKeys();
  const first = keys.keyFor({ amount: "89.00" });
  expect(keys.keyFor({ amount: "89.00" })).toBe(first);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
});

it("takes a new key for another body", () => {
  const keys = new IdempotencyKeys();
  expect(keys.keyFor({ reference: "A" })).not.toBe(keys.keyFor({ reference: "B" }));
});
