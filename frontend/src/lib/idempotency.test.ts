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

it("keeps a draft's key over a reload", () => {
  const first = new IdempotencyKeys("draft").keyFor({ reference: "A" });
  expect(new IdempotencyKeys("draft").keyFor({ reference: "A" })).toBe(first);
  expect(new IdempotencyKeys().keyFor({ reference: "A" })).not.toBe(first);
});
