import { locale as readersLocale } from "../messages";

/** Formats an ISO date (a day without a time zone). */
export function formatDay(day: string, locale = readersLocale()): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return format.format(new Date(`${day}T00:00:00Z`));
}

/** Formats the days from one to another, both of them included. */
export function formatDays(first: string, last: string, locale = readersLocale()): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return format.formatRange(new Date(`${first}T00:00:00Z`), new Date(`${last}T00:00:00Z`));
}

/** Formats the date of a moment in the reader's time zone. */
export function formatDayOf(moment: string, locale = readersLocale()): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(moment));
}

/** Formats a moment in the reader's time zone. */
export function formatMoment(moment: string, locale = readersLocale()): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  return format.format(new Date(moment));
}

/** Today in the reader's time zone, in the API's format. */
export function today(now = new Date()): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
