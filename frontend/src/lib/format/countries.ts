import { locale as readersLocale } from "../messages";

/** A country's name in the reader's language. */
export function countryName(code: string, fallback: string, locale = readersLocale()): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? fallback;
  } catch {
    return fallback;
  }
}

/** What people type for a country that is none of its names: parts, old names, short forms. */
const ALSO_CALLED: Readonly<Record<string, readonly string[]>> = {
  AE: ["UAE", "Emirates", "Dubai", "Abu Dhabi"],
  BA: ["Bosnia"],
  BO: ["Bolivia"],
  CD: ["DRC", "DR Congo", "Zaire"],
  CI: ["Ivory Coast", "Ivorycoast"],
  CV: ["Cabo Verde", "Cape Verde"],
  CZ: ["Czech Republic", "Czechia"],
  GB: ["UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"],
  IR: ["Persia"],
  KP: ["North Korea", "DPRK"],
  KR: ["South Korea", "ROK"],
  LA: ["Laos"],
  MK: ["Macedonia"],
  MM: ["Burma"],
  MO: ["Macau"],
  NL: ["Holland"],
  PS: ["Palestine", "Gaza", "West Bank"],
  RU: ["Russia"],
  SA: ["KSA"],
  SY: ["Syria"],
  SZ: ["Swaziland"],
  TL: ["East Timor"],
  TR: ["Turkey", "Turkiye"],
  TW: ["Taiwan"],
  TZ: ["Tanzania", "Zanzibar"],
  US: ["USA", "America", "United States of America"],
  VA: ["Vatican", "Holy See"],
  VE: ["Venezuela"],
  VN: ["Viet Nam"],
};

/** All names by which people may look for a country: English, its own languages', and others. */
export function namesOf(code: string, english: string): string[] {
  return [english, endonym(code), ...(ALSO_CALLED[code] ?? [])];
}

/**
 * How well a country fits what was typed: 3 for its code or a whole name, 2 for the beginning of
 * its name, 1 for any other part of a name, 0 for none.
 */
export function fitOf(typed: string, code: string, names: readonly string[]): 0 | 1 | 2 | 3 {
  const wanted = simple(typed);
  const simpleNames = names.map(simple);
  if (wanted === code.toLowerCase() || simpleNames.includes(wanted)) return 3;
  if (simpleNames[0]?.startsWith(wanted)) return 2;
  return simpleNames.some((name) => name.includes(wanted)) ? 1 : 0;
}

/** The country's name in the language that most people there read. */
function endonym(code: string): string {
  try {
    return countryName(code, "", new Intl.Locale(`und-${code}`).maximize().language);
  } catch {
    return "";
  }
}

/** Small letters without marks: "Türkiye" is found by "turkiye". */
function simple(name: string): string {
  return name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ı/g, "i").toLowerCase().trim();
}

interface LocaleWithZones extends Intl.Locale {
  getTimeZones?: () => string[] | undefined;
  timeZones?: string[];
}

/**
 * The country that the reader is in, as far as the browser knows: by its time zone, else by its
 * language. English of the United States is what most browsers speak, wherever they are.
 */
export function guessedCountry(
  codes: readonly string[],
  zone = Intl.DateTimeFormat().resolvedOptions().timeZone,
  language = navigator.language,
): string {
  const spoken = countryOfLocale(language);
  const first = [spoken, ...codes].find((code) => code && zonesOf(code).includes(zone));
  return first ?? spoken;
}

function zonesOf(code: string): string[] {
  const locale: LocaleWithZones = new Intl.Locale(`und-${code}`);
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

/** The country of the browser's locale (en-PK → PK), if it names one. */
export function countryOfLocale(locale: string): string {
  try {
    const region = new Intl.Locale(locale).region ?? "";
    return /^[A-Z]{2}$/.test(region) ? region : ""; // es-419 is a language of many countries
  } catch {
    return "";
  }
}
