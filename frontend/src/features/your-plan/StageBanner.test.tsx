import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { knowPayments, logIn, showInvoice } from "../../testing/answers";
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
    ["under_review", /We have been checking your payment/, "See status"],
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

/** What the server says of the latest decision from now on; the page asks when it is looked at. */
function decide(id: number, status: "succeeded" | "failed") {
  logIn({ last_decision: { ...payment, id, status, decided_at: new Date().toISOString() } });
  fireEvent(window, new Event("visibilitychange"));
}

describe("an approval", () => {
  const arrived = /has arrived/;

  it("is celebrated when it comes, until it is closed", async () => {
    logIn();
    renderApp("/");
    await screen.findByRole("heading", { name: /Welcome/ });
    expect(screen.queryByText(arrived)).not.toBeInTheDocument();

    decide(payment.id, "succeeded");
    expect(await screen.findByText(arrived)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Close message" }));
    expect(screen.queryByText(arrived)).not.toBeInTheDocument();

    decide(payment.id + 1, "succeeded");
    expect(await screen.findByText(arrived)).toBeVisible();
    decide(payment.id + 2, "failed");
    await waitFor(() => {
      expect(screen.queryByText(arrived)).not.toBeInTheDocument();
    });
  });

  it("is celebrated once", async () => {
    decide(payment.id, "succeeded");
    renderApp("/");
    expect(await screen.findByText(arrived)).toBeVisible();
    cleanup();

    renderApp("/");
    await screen.findByRole("heading", { name: /Welcome/ });
    expect(screen.queryByText(arrived)).not.toBeInTheDocument();
  });
});
