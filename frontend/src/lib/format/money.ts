import { locale as readersLocale } from "../messages";

/**
 * Formats an API amount (a decimal string) with its currency, without using floats and with exactly
 * the decimals that it has: browsers round some currencies (PKR) to no decimals, and a customer who
 * sends the rounded amount pays the wrong amount.
 */
export function formatMoney(amount: string, currency: string, locale = readersLocale()): string {
  const digits = amount.split(".")[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(amount as Intl.StringNumericLiteral);
}

/** Formats whole numbers such as credits. */
export function formatCount(value: number, locale = readersLocale()): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** Formats the size of a file. */
export function formatBytes(bytes: number, locale = readersLocale()): string {
  const isSmall = bytes < 1_000_000;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: isSmall ? "kilobyte" : "megabyte",
    maximumFractionDigits: isSmall ? 0 : 1,
  }).format(isSmall ? Math.ceil(bytes / 1_000) : bytes / 1_000_000);
}

/** Formats a change of a whole number with its sign. */
export function formatSigned(value: number, locale = readersLocale()): string {
  return new Intl.NumberFormat(locale, { signDisplay: "exceptZero" }).format(value);
}
