import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Invoice } from "../../lib/api/types";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

describe("a void invoice", () => {
  const isVoid: Invoice = {
    ...invoice,
    status: "void",
    payment_state: "void",
    void_reason: "Ordered by mistake",
  };

  it("says why, and leads on who has no other order", async () => {
    showInvoice(isVoid);
    renderApp("/invoices/1");
    expect(await screen.findByText("Ordered by mistake")).toBeVisible();
    expect(screen.getByRole("link", { name: "Choose a plan" })).toHaveAttribute("href", "/upgrade");
  });
});

describe("the invoice", () => {
  it("says why a confirmation was rejected and offers to try again", async () => {
    const rejected = { ...payment, status: "failed" as const, admin_notes: "Reference not found" };
    showInvoice({ ...invoice, payment_state: "rejected", latest_payment: rejected });
    renderApp("/invoices/1");

    expect(await screen.findByText(/Reference not found/)).toBeVisible();
    expect(screen.getByRole("link", { name: "I have paid" })).toHaveAttribute(
      "href",
      "/invoices/1/confirm",
    );
  });

  it("copies the amount as plain digits", async () => {
    const user = userEvent.setup();
    renderApp("/invoices/1");
    await user.click(await screen.findByRole("button", { name: "Copy Amount to send" }));

    expect(await navigator.clipboard.readText()).toBe("25053.50");
  });
});
