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

  it.each([
    ["Starter plan, 1 Feb 2027 to 1 Mar 2027, 1,000 credits", /February 1, 2027 to March 1, 2027/],
    [
      "Starter plan, 20 of 31 days not used, to 31 Jan 2027",
      /20 of 31 days .* to January 31, 2027/,
    ],
    [
      "Starter plan, 100 of 1,000 credits not used, to 1 Feb 2027",
      /100 of 1,000 credits .* to February 1, 2027/,
    ],
  ])("is said with days in the reader's format: %s", (description, english) => {
    expect(describeLine({ ...line, description }, invoice)).toMatch(english);
  });

  it.each([
    [
      "Starter plan, 1 Feb 2027 to 1 Mar 2027, 1,000 credits",
      /Starter.* پلان، 1 فروری، 2027 سے 1 مارچ، 2027 تک، 1,000 کریڈٹ/,
    ],
    [
      "Starter plan, 20 of 31 days not used, to 31 Jan 2027",
      /Starter.* پلان، 31 جنوری، 2027 تک 31 میں سے 20 دن/,
    ],
    [
      "Starter plan, 100 of 1,000 credits not used, to 1 Feb 2027",
      /Starter.* پلان، 1 فروری، 2027 تک 1,000 میں سے 100 کریڈٹ/,
    ],
  ])("is said in Urdu: %s", async (description, urdu) => {
    await startLanguage("ur");
    expect(describeLine({ ...line, description }, invoice)).toMatch(urdu);
  });
});
