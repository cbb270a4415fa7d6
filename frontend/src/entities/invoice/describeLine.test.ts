import { afterEach, describe, expect, it } from "vitest";
import { startLanguage } from "../../lib/messages";
import { invoice } from "../../testing/examples";
import { describeLine } from "./describeLine";

const line = { description: "Setup", quantity: 1, unit_price: "89.00", amount: "89.00" };
const issued = { ...line, description: "Starter plan, 1 month, 1,000 credits" };

afterEach(() => startLanguage("en"));

describe("a line of an invoice", () => {
  it("is said as it was issued", () => {
    expect(describeLine(issued, invoice)).toBe(issued.description);
  });

  it("is said in the reader's language if it is that of a plan", async () => {
    await startLanguage("ur");
    expect(describeLine(issued, invoice)).toContain("پلان، 1 ماہ");
    expect(describeLine(line, invoice)).toBe("Setup");
  });
});
