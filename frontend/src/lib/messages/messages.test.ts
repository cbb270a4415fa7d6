import { afterEach, describe, expect, it, vi } from "vitest";
import { chooseLanguage, language, locale, m, startLanguage } from ".";
import { en } from "./en";
import { ur } from "./ur";

/** Every text by its path; texts with parameters get example values. */
function texts(node: unknown, path = ""): [string, string][] {
  if (typeof node === "string") return [[path, node]];
  if (typeof node === "function") return [[path, (node as (...a: unknown[]) => string)(7, 8, 9)]];
  return Object.entries(node as object).flatMap(([name, child]) => texts(child, `${path}.${name}`));
}

/** Names, and words that are the same everywhere. */
const SAME = new Set([".app.name", ".app.footer", ".address.postal.eircode", ".method.rate"]);

afterEach(() => startLanguage("en"));

describe("Urdu", () => {
  const english = new Map(texts(en));
  const urdu = new Map(texts(ur));

  it("has every text", () => {
    for (const [path, text] of english) {
      expect(urdu.get(path), path).toBeTruthy();
      if (!SAME.has(path)) expect(urdu.get(path), path).not.toBe(text);
    }
  });

  it("is written in its own letters", () => {
    for (const [path, text] of urdu)
      if (!SAME.has(path)) expect(text, path).toMatch(/[\u0600-\u06ff]/);
  });

  it("closes every isolate that it opens", () => {
    for (const [path, text] of urdu) {
      expect(text.split("\u2068").length, path).toBe(text.split("\u2069").length);
    }
  });
});

describe("the language", () => {
  it("is the reader's, from right to left where it is written so", async () => {
    await startLanguage("ur");
    expect(m.app.logIn).toBe(ur.app.logIn);
    expect([document.documentElement.lang, document.documentElement.dir]).toEqual(["ur", "rtl"]);
    expect(language).toBe("ur");
    expect(locale()).toMatch(/^ur/);
  });

  it("is the browser's where none was chosen, and English where it is not shipped", async () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["ur-PK", "en"]);
    await startLanguage();
    expect([language, locale()]).toEqual(["ur", "ur-PK"]);
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["fi-FI"]);
    await startLanguage();
    expect([language, locale()]).toEqual(["en", "en"]);
  });

  it("is kept once it is chosen", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined); // jsdom can't reload
    chooseLanguage("ur");
    await startLanguage();
    expect(language).toBe("ur");
  });
});
