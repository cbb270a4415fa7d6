import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { knowPayments, logIn, showInvoice } from "../../testing/answers";
import { invoice, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
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
