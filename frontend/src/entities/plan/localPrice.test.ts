import { expect, it } from "vitest";
import { jazzcash, starter } from "../../testing/examples";
import { convert, localPrice } from "./localPrice";

it.each([
  ["89.00", "281.5", 2, "25053.50"],
  ["89.00", "0.3075", 3, "27.368"],
  ["89.00", "150.0258", 0, "13352"],
  ["1.00", "0.005", 2, "0.01"],
  ["1.00", "0.0049", 2, "0.00"],
  ["9007199254740993.01", "1", 2, "9007199254740993.01"],
  ["5", "2", 2, "10.00"],
])("%s at %s with %i decimals is %s", (amount, rate, decimals, expected) => {
  expect(convert(amount, rate, decimals)).toBe(expected);
});

it("names a local price only where the method has another currency and a rate", () => {
  expect(localPrice(starter, jazzcash)).toBe("25053.50");
  expect(localPrice(starter, { ...jazzcash, currency: "USD" })).toBeNull();
  expect(localPrice(starter, { ...jazzcash, exchange_rate: null })).toBeNull();
});
