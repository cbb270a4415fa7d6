import type { OfferedPaymentMethod, Plan } from "../../lib/api/types";

/** A plan's price in a method's currency, as on an invoice; null if there is no rate. */
export function localPrice(plan: Plan, method: OfferedPaymentMethod): string | null {
  if (method.currency === plan.currency || method.exchange_rate === null) return null;
  return convert(plan.price, method.exchange_rate, method.currency_decimals);
}

/** Multiplies two decimal strings exactly and rounds half up, as the server does. */
export function convert(amount: string, rate: string, decimals: number): string {
  const [left, right] = [scaled(amount), scaled(rate)];
  const product = left.digits * right.digits;
  const shift = left.decimals + right.decimals - decimals;
  const factor = 10n ** BigInt(Math.abs(shift));
  const units = shift > 0 ? (product + factor / 2n) / factor : product * factor;
  const text = units.toString().padStart(decimals + 1, "0");
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

function scaled(text: string): { digits: bigint; decimals: number } {
  const [whole = "0", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), decimals: fraction.length };
}
