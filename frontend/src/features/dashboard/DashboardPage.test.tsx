import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Invoice } from "../../lib/api/types";
import { knowPayments, showInvoice, showPlan } from "../../testing/answers";
import { active, invoice, noPlan, payment, stages } from "../../testing/examples";
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

  it("leaves the dashboard with a way on, and asks for no payment", async () => {
    showInvoice(isVoid);
    renderApp("/");
    expect(await screen.findByText(/your last invoice is void/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Choose a plan" })).toBeVisible();
    expect(screen.queryByText(/Pay your invoice/)).toBeNull();
    expect(screen.getByText("Not active")).toBeVisible();
    expect(screen.queryByText("Starter")).toBeNull();
  });
});

describe("the next step", () => {
  it.each([
    ["active", "You are all set."],
    ["renewal_open", "An invoice is waiting for you. It is due on January 31, 2027."],
    ["suspended", "Your account is paused. Pay the open invoice to go on"],
    ["under_review", /We'll email you when it is decided/],
  ] as const)("is told at the stage %s", async (stage, text) => {
    showPlan(stages[stage]);
    renderApp("/");
    expect(await screen.findByText(text, { exact: false })).toBeVisible();
  });

  it("is another plan for who had one", async () => {
    const last_decision = { ...payment, status: "succeeded" as const };
    showPlan(noPlan, { account: { ...active, status: "pending_payment" }, last_decision });
    renderApp("/");
    await screen.findByRole("heading", { name: "Next step" });
    expect(screen.getByRole("main")).toHaveTextContent("Your plan has ended. Choose a plan");
  });

  it("leads to the plan", async () => {
    showPlan(stages.active);
    renderApp("/");
    expect(await screen.findByRole("link", { name: "See your plan" })).toHaveAttribute(
      "href",
      "/plan",
    );
  });
});
