import { locale as readersLocale } from "../messages";

/** A country's name in the reader's language. */
export function countryName(code: string, fallback: string, locale = readersLocale()): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? fallback;
  } catch {
    return fallback;
  }
}
