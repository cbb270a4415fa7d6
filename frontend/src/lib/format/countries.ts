import { locale as readersLocale } from "../messages";

/** A country's name in the reader's language. */
export function countryName(code: string, fallback: string, locale = readersLocale()): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? fallback;
  } catch {
    return fallback;
  }
}

/** What people type for a country besides its names: parts, old names, short forms. */
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

/** All names that people may search for: English, in the country's own languages, and others. */
export function namesOf(code: string, english: string): string[] {
  return [english, endonym(code), ...(ALSO_CALLED[code] ?? [])];
}

/**
 * How well a country matches the input: 3 for its code or a whole name, 2 for the start of its
 * name, 1 for any other part of a name, 0 for no match.
 */
export function fitOf(typed: string, code: string, names: readonly string[]): 0 | 1 | 2 | 3 {
  const wanted = simple(typed);
  const simpleNames = names.map(simple);
  if (wanted === code.toLowerCase() || simpleNames.includes(wanted)) return 3;
  if (simpleNames[0]?.startsWith(wanted)) return 2;
  return simpleNames.some((name) => name.includes(wanted)) ? 1 : 0;
}

/** The country's name in the language that most people read there. */
function endonym(code: string): string {
  try {
    return countryName(code, "", new Intl.Locale(`und-${code}`).maximize().language);
  } catch {
    return "";
  }
}

/** Lower case without accents: "turkiye" finds "Türkiye". */
function simple(name: string): string {
  return name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ı/g, "i").toLowerCase().trim();
}

interface LocaleWithZones extends Intl.Locale {
  getTimeZones?: () => string[] | undefined;
  timeZones?: string[];
}

/**
 * The reader's country, as far as the browser knows: from its time zone, otherwise from its
 * language. Most browsers are set to US English, wherever they are.
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

/** The country of the browser's locale (en-PK → PK), if it has one. */
export function countryOfLocale(locale: string): string {
  try {
    const region = new Intl.Locale(locale).region ?? "";
    return /^[A-Z]{2}$/.test(region) ? region : ""; // es-419 covers many countries
  } catch {
    return "";
  }
}
