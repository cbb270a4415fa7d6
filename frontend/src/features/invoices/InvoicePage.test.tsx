import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { delay, http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Invoice } from "../../lib/api/types";
import { startLanguage } from "../../lib/messages";
import { knowPayments, logIn, showInvoice } from "../../testing/answers";
import { invoice, listed, payment, renewing } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

/** Ranges of days have thin spaces. */
const NORMALIZED = { normalizer: (text: string) => text.replaceAll(/\s/g, " ") };

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

afterEach(() => startLanguage("en"));

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

  it.each([
    [
      "en",
      /Your money is not lost: write to support and quote INV-2026-000001\./,
      "Write to support",
    ],
    [
      "ur",
      /آپ کی رقم ضائع نہیں ہوئی: ہمیں لکھیں اور ⁨INV-2026-000001⁩ کا حوالہ دیں۔/,
      "ہمیں لکھیں",
    ],
  ] as const)("says what to do if money was sent for it (%s)", async (code, words, write) => {
    await startLanguage(code);
    showInvoice(isVoid);
    renderApp("/invoices/1/confirm");
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.getByRole("link", { name: write })).toHaveAttribute(
      "href",
      "mailto:help@igny8.example?subject=INV-2026-000001",
    );
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

  it("says what it is for, which days it pays and what happens when", async () => {
    const period = { first_day: "2027-02-01", last_day: "2027-02-28" };
    showInvoice({ ...invoice, kind: "renewal", period, coming: renewing.coming });
    renderApp("/invoices/1");
    expect(await screen.findByText("Renewal · February 1 – 28, 2027", NORMALIZED)).toBeVisible();
    const timeline = screen.getByRole("region", { name: "What happens when" });
    expect(timeline).toHaveTextContent(/February 10, 2027Your account is paused/);
    expect(screen.queryByRole("button", { name: "Cancel order" })).toBeNull();
  });

  it("keeps what only its own request tells, whatever comes with the user", async () => {
    let asked = 0;
    const change = { ...listed, kind: "change" as const };
    logIn({ open_invoice: change });
    server.use(
      http.get("*/api/v1/billing/invoices/1/", async () => {
        asked += 1;
        if (asked > 1) await delay("infinite");
        return HttpResponse.json({ ...invoice, kind: "change", coming: renewing.coming });
      }),
    );
    renderApp("/invoices/1");
    expect(await screen.findByText("Change of plan")).toBeVisible();
    logIn({ open_invoice: { ...change, payment_state: "overdue" } });
    fireEvent(window, new Event("visibilitychange"));
    expect(await screen.findByText("Overdue")).toBeVisible();
    expect(screen.getByText("Change of plan")).toBeVisible();
    expect(screen.getByRole("region", { name: "What happens when" })).toBeVisible();
  });
});
