import { describe, expect, it } from "vitest";
import type { Invoice, OfferedPaymentMethod, PaymentMethod } from "../../lib/api/types";
import { amountsOf, checkConfirmation, methodsFor, type ConfirmationForm } from "./confirmation";

const jazzcash = {
  payment_method: "jazzcash",
  reference_label: "Transaction ID (TID)",
  reference_hint: "10 to 14 digits.",
  reference_pattern: "[0-9]{10,14}",
  details: [] as OfferedPaymentMethod["details"],
  translations: {},
} as OfferedPaymentMethod;

function filled(changes: Partial<ConfirmationForm> = {}): ConfirmationForm {
  return {
    payment_method: "jazzcash",
    currency: "PKR",
    manual_reference: "20260000001",
    paid_on: "2026-11-23",
    manual_notes: "",
    proof: null,
    ...changes,
  };
}

describe("checkConfirmation", () => {
  it("finds nothing wrong with a good form", () => {
    expect(checkConfirmation(filled(), [jazzcash])).toEqual({});
  });

  it.each(["[0-9]{10,14}", "(?i)[a-z]+", "(?P<n>a)", "([A-Za-z0-9]+ ?)+", "("])(
    "leaves the pattern %s to the server",
    (reference_pattern) => {
      const method = { ...jazzcash, reference_pattern };
      const form = filled({ manual_reference: `${"A".repeat(60)}!` });
      expect(checkConfirmation(form, [method])).toEqual({});
    },
  );

  it("asks for a missing reference by the method's own label", () => {
    const errors = checkConfirmation(filled({ manual_reference: "  " }), [jazzcash]);
    expect(errors.manual_reference).toBe("Transaction ID (TID) is required.");
  });

  it("refuses a proof of more than 5 MB", () => {
    const proof = new File([new Uint8Array(5 * 1024 * 1024 + 1)], "slip.png", {
      type: "image/png",
    });
    expect(checkConfirmation(filled({ proof }), [jazzcash]).proof).toContain("5 MB");
  });
});

describe("methodsFor", () => {
  const offered = { ...jazzcash, id: 9, reference_label: "Edited" };
  const other = { ...jazzcash, id: 5, payment_method: "raast" };

  it("takes the invoice's own method as it was promised, and the others as offered", () => {
    const invoice = { payment_instructions: jazzcash } as unknown as Invoice;
    expect(methodsFor(invoice, [other, offered])).toEqual([jazzcash, other]);
  });

  it("takes what is offered where the invoice has no method yet", () => {
    const invoice = { payment_instructions: null } as Invoice;
    expect(methodsFor(invoice, [other, offered])).toEqual([other, offered]);
  });
});

describe("amountsOf", () => {
  const invoice = {
    total: "89.00",
    currency: "USD",
    payment_method: "jazzcash",
    payable_amount: "25053.50",
    payable_currency: "PKR",
  } as Invoice;
  const local = { amount: "25053.50", currency: "PKR" };
  const own = { amount: "89.00", currency: "USD" };
  const by = (payment_method: string, currency: string) =>
    ({ payment_method, currency }) as PaymentMethod;

  it("asks nothing where the method has one of the currencies", () => {
    expect(amountsOf(invoice, by("jazzcash", "PKR"))).toEqual([local]);
    expect(amountsOf(invoice, by("easypaisa", "PKR"))).toEqual([local]);
    expect(amountsOf(invoice, by("paypal", "USD"))).toEqual([own]);
  });

  it("names what was locked for the invoice's own method, whatever that says now", () => {
    expect(amountsOf(invoice, by("jazzcash", "EUR"))).toEqual([local]);
  });

  it("offers both where the method has neither, or is not known", () => {
    expect(amountsOf(invoice, by("sepa", "EUR"))).toEqual([local, own]);
    expect(amountsOf(invoice)).toEqual([local, own]);
  });

  it("offers one amount where both are the same", () => {
    const inDollars = { ...invoice, payable_amount: "89.00", payable_currency: "USD" };
    expect(amountsOf(inDollars, by("wise", "EUR"))).toEqual([own]);
  });
});
