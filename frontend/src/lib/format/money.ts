/** Writes an API amount (a decimal string) with its currency, without passing through a float. */
export function formatMoney(amount: string, currency: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(amount as Intl.StringNumericLiteral);
}

/** Writes whole numbers such as credits. */
export function formatCount(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale).format(value);
}
