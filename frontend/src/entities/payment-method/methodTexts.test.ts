import { afterEach, describe, expect, it } from "vitest";
import { m, startLanguage } from "../../lib/messages";
import { jazzcash, payment } from "../../testing/examples";
import { inReadersLanguage, isInEnglishOnly, methodName } from "./methodTexts";

afterEach(() => startLanguage("en"));

describe("a way to pay", () => {
  it("is told in English where that is read", () => {
    expect(inReadersLanguage(jazzcash)).toEqual(jazzcash);
    expect(isInEnglishOnly({ ...jazzcash, translations: {} })).toBe(false);
    expect(methodName(payment)).toBe("JazzCash");
  });

  it("is told in the reader's language, text by text, with its values as they are", async () => {
    await startLanguage("ur");
    const told = inReadersLanguage(jazzcash);
    expect(told.instructions).toBe("\u200fجاز کیش ایپ کھولیں۔");
    expect(told.details).toEqual([
      { label: "\u200fموبائل اکاؤنٹ", value: "0300 1234567", copyable: true },
    ]);
    expect(told.processing_time).toBe("Arrives in seconds");
    expect(isInEnglishOnly(jazzcash)).toBe(false);
    expect(isInEnglishOnly({ ...jazzcash, translations: {} })).toBe(true);
    expect(methodName(payment)).toBe("\u200fجاز کیش");
    expect(methodName({ ...payment, payment_method_names: {} })).toBe("JazzCash");
  });
});

describe("a way to pay that is not set up", () => {
  const withheld = {
    ...jazzcash,
    instructions: "The server's sentence.",
    details: [],
    translations: { ur: { display_name: "جاز کیش" } },
  };

  it.each(["en", "ur"] as const)("says so in the reader's words: %s", async (language) => {
    await startLanguage(language);
    expect(inReadersLanguage(withheld).instructions).toBe(m.method.notSetUp);
    expect(isInEnglishOnly(withheld)).toBe(false);
  });
});
