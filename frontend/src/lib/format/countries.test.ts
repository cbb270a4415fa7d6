import countries from "world-countries";
import { describe, expect, it } from "vitest";
import { countryOfLocale, fitOf, guessedCountry, namesOf } from "./countries";

const all = countries.map(({ cca2, name }) => ({ code: cca2, name: name.common }));

/** The countries shown for this input, best match first. */
function found(typed: string): string[] {
  return all
    .map(({ code, name }) => ({ code, fit: fitOf(typed, code, namesOf(code, name)) }))
    .filter(({ fit }) => fit > 0)
    .sort((one, other) => other.fit - one.fit)
    .map(({ code }) => code);
}

describe("countries", () => {
  it.each([
    ["UK", "GB"],
    ["uk", "GB"],
    ["England", "GB"],
    ["USA", "US"],
    ["america", "US"],
    ["UAE", "AE"],
    ["Dubai", "AE"],
    ["Turkey", "TR"],
    ["turkiye", "TR"],
    ["Türkiye", "TR"],
    ["Ivory", "CI"],
    ["Holland", "NL"],
    ["Deutschland", "DE"],
    ["España", "ES"],
    ["espana", "ES"],
    ["پاکستان", "PK"],
    ["भारत", "IN"],
    ["日本", "JP"],
    ["PK", "PK"],
    ["Czech", "CZ"],
    ["burma", "MM"],
    ["Korea", "KR"],
  ])("are found by what people call them: %s", (typed, code) => {
    expect(found(typed).slice(0, 2)).toContain(code);
  });

  it("are found by their codes before anything else", () => {
    for (const { code } of all) expect(found(code)[0]).toBe(code);
  });

  it("are not found by what is none", () => {
    expect(found("Atlantis")).toEqual([]);
  });
});

describe("the reader's country", () => {
  const codes = all.map(({ code }) => code);

  it.each([
    ["Asia/Karachi", "en-US", "PK"],
    ["Asia/Calcutta", "en-US", "IN"],
    ["Europe/Berlin", "en-US", "DE"],
    ["America/Chicago", "en-US", "US"],
    ["Asia/Dubai", "ur-PK", "AE"],
    ["UTC", "en-GB", "GB"],
    ["UTC", "en", ""],
    ["Nowhere/Nothing", "not a locale", ""],
  ])("is that of the clock (%s), else that of the language (%s)", (zone, language, code) => {
    expect(guessedCountry(codes, zone, language)).toBe(code);
  });

  it("is none of a language of many countries", () => {
    expect(countryOfLocale("es-419")).toBe("");
  });
});
