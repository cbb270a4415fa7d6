import { expect, it } from "vitest";
import { me, payment } from "../../testing/examples";
import { approvalToCelebrate, markCelebrated } from "./approval";

const decided_at = "2026-11-23T10:00:00Z";
const soon = Date.parse(decided_at) + 60_000;
const approved = { ...me, last_decision: { ...payment, status: "succeeded" as const, decided_at } };

it("celebrates a fresh approval once", () => {
  expect(approvalToCelebrate(approved, soon)?.id).toBe(payment.id);
  markCelebrated(payment);
  expect(approvalToCelebrate(approved, soon)).toBeNull();
  const next = { ...approved.last_decision, id: payment.id + 1 };
  expect(approvalToCelebrate({ ...me, last_decision: next }, soon)?.id).toBe(next.id);
});

it("celebrates nothing else", () => {
  const rejected = { ...payment, status: "failed" as const, decided_at };
  expect(approvalToCelebrate({ ...me, last_decision: rejected }, soon)).toBeNull();
  expect(approvalToCelebrate(me, soon)).toBeNull();
  expect(approvalToCelebrate(null, soon)).toBeNull();
  expect(approvalToCelebrate(approved, soon + 15 * 24 * 3600 * 1000)).toBeNull();
});
