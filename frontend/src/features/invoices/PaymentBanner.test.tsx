import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

describe("the banner", () => {
  it.each([
    ["due", /is due by/, "See how to pay"],
    ["overdue", /was due by/, "See how to pay"],
    ["under_review", /is being checked/, "See where it stands"],
    ["rejected", /Reference not found/, "Try again"],
  ] as const)("tells of an invoice that is %s", async (payment_state, text, link) => {
    const latest_payment = { ...payment, admin_notes: "Reference not found" };
    showInvoice({ ...invoice, payment_state, latest_payment });
    renderApp("/");

    const banner = await screen.findByRole("region", { name: "Payment" });
    expect(banner).toHaveTextContent(text);
    const way = within(banner).getByRole("link", { name: link });
    expect(way).toHaveAttribute("href", "/invoices/1");
  });

  it("is gone when nothing is to be paid", async () => {
    showInvoice({ ...invoice, status: "paid", payment_state: "paid" });
    renderApp("/");

    await screen.findByRole("heading", { name: /Welcome/ });
    expect(screen.queryByRole("region", { name: "Payment" })).not.toBeInTheDocument();
  });
});
