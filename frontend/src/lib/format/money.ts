/**
 * Writes an API amount (a decimal string) with its currency, without passing through a float and
 * with just the decimals that it has: browsers round some currencies (PKR) to none, and a customer
 * who sends the rounded amount has paid the wrong one.
 */
export function formatMoney(amount: string, currency: string, locale?: string): string {
  const digits = amount.split(".")[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(amount as Intl.StringNumericLiteral);
}

/** Writes whole numbers such as credits. */
export function formatCount(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(value);
}
