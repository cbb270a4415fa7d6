import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { Me, PlanChange } from "../../lib/api/types";
import { conflict, knowPayments, logIn, showPlan } from "../../testing/answers";
import {
  growth,
  invoice,
  jazzcash,
  me,
  planChange,
  running,
  stages,
  starter,
} from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  logIn();
});

describe("another plan", () => {
  beforeEach(() => {
    server.use(
      http.get("*/api/v1/plans/", () => HttpResponse.json([starter, growth])),
      http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
    );
  });

  it("says what becomes of unused credits, where they aren't just kept", async () => {
    const note = "Unused credits of the plan expire when the next period begins.";
    const strict = { ...growth, credits_at_renewal: "reset", credits_note: { en: note, ur: "" } };
    server.use(http.get("*/api/v1/plans/", () => HttpResponse.json([starter, strict])));
    renderApp("/upgrade");
    expect(await screen.findByText(note)).toBeVisible();
    expect(screen.queryByText(starter.credits_note.en ?? "")).toBeNull();
  });

  it("says that nothing is taken off at a change of plan, where it is so", async () => {
    const note = "If you change the plan before its period ends, nothing is taken off.";
    const strict = { ...growth, change_credit: "none", change_note: { en: note, ur: "" } };
    server.use(http.get("*/api/v1/plans/", () => HttpResponse.json([starter, strict])));
    renderApp("/upgrade");
    expect(await screen.findByText(note)).toBeVisible();
    expect(screen.queryByText(starter.change_note.en ?? "")).toBeNull();
  });

  it("needs a plan and a way to pay, and leads to the invoice", async () => {
    const subscription = { plan: starter, current_period_end: null } as Me["subscription"];
    logIn({ subscription });
    const orders: unknown[] = [];
    server.use(
      http.post("*/api/v1/billing/subscriptions/upgrade/", async ({ request }) => {
        orders.push(await request.json());
        return HttpResponse.json({ invoice }, { status: 201 });
      }),
      http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
    );
    const shown = renderApp("/upgrade");
    expect(await screen.findByRole("radio", { name: /^Starter/ })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Get invoice" }));
    expect(screen.getByRole("alert")).toHaveFocus();
    await userEvent.click(screen.getByRole("radio", { name: /^Growth/ }));
    await userEvent.click(screen.getByRole("radio", { name: /^JazzCash/ }));
    expect(screen.getByText(/39,128\.50/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Get invoice" }));

    expect(await screen.findByText("0300 1234567")).toBeVisible();
    expect(shown.pathname).toBe("/invoices/1");
    const { slug, offer } = growth;
    expect(orders).toEqual([{ plan_slug: slug, offer, payment_method: "jazzcash" }]);
  });

  it("is not offered while one waits for its payment", async () => {
    const pending_subscription = { plan: growth } as Me["pending_subscription"];
    logIn({ pending_subscription, open_invoice: invoice });
    renderApp("/upgrade");
    expect(
      await screen.findByText(/order for the Growth plan is waiting for payment/),
    ).toBeVisible();
    expect(screen.queryByRole("button", { name: "Get invoice" })).not.toBeInTheDocument();
  });
});

describe("an order that somebody doesn't want any more", () => {
  it("tells who has it under review to wait, where another plan is chosen", async () => {
    server.use(
      http.get("*/api/v1/auth/me/", () =>
        HttpResponse.json({
          ...me,
          open_invoice: { ...invoice, payment_state: "under_review" },
          pending_subscription: { plan: { name: "Growth" } },
        }),
      ),
    );
    renderApp("/upgrade");
    expect(await screen.findByText(/checking your payment for the Growth plan/)).toBeVisible();
  });
});

describe("a plan that runs", () => {
  const CURRENT = "*/api/v1/billing/subscriptions/current/";

  /** Opens the page with what changing to Growth costs. */
  async function openChange(change: PlanChange, current = running) {
    showPlan(current);
    knowPayments();
    const asked: string[] = [];
    server.use(
      http.get("*/api/v1/plans/", () => HttpResponse.json([starter, growth])),
      http.get("*/api/v1/billing/subscriptions/plan-changes/", ({ request }) => {
        asked.push(new URL(request.url).search);
        return HttpResponse.json([change]);
      }),
    );
    const shown = renderApp("/upgrade");
    await userEvent.click(await screen.findByRole("radio", { name: /^Growth/ }));
    return { shown, asked };
  }

  const getInvoice = () => userEvent.click(screen.getByRole("button", { name: "Get invoice" }));

  it("is changed now: the credit for unused days is a line", async () => {
    const payable = { amount: "22427.11", currency: "PKR" };
    const orders: unknown[] = [];
    server.use(
      http.post("*/api/v1/billing/subscriptions/upgrade/", async ({ request }) => {
        orders.push(await request.json());
        return HttpResponse.json({ invoice }, { status: 201 });
      }),
      http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
    );
    const now = { ...planChange.now, payable };
    const { shown, asked } = await openChange({ ...planChange, now });
    expect(await screen.findByText("$79.67 now")).toBeVisible();
    const choice = await screen.findByRole("radio", { name: "Now, $79.67" });
    expect(choice).toHaveAccessibleDescription(
      /Growth plan\s*\$139\.00\s*Credit for what you haven't used\s*-\$59\.33\s*To pay now\s*\$79\.67.*these go when the plan changes/,
    );
    await getInvoice();
    expect(await screen.findByRole("alert")).toHaveTextContent("Choose when to change.");
    await userEvent.click(choice);
    await userEvent.click(screen.getByRole("radio", { name: /^JazzCash/ }));
    expect(await screen.findByText(/equals PKR.22,427\.11/)).toBeVisible();
    await waitFor(() => {
      expect(asked).toEqual(["", "?method=jazzcash"]);
    });
    await getInvoice();
    expect(await screen.findByRole("heading", { name: /^Invoice INV/ })).toBeVisible();
    expect(shown.pathname).toBe("/invoices/1");
    const { slug, offer } = growth;
    expect(orders).toEqual([{ plan_slug: slug, offer, payment_method: "jazzcash" }]);
  });

  it("is changed with the next period, for which nothing is to be paid now", async () => {
    const chosen: unknown[] = [];
    const after = { ...running, next_plan: growth };
    server.use(
      http.post(`${CURRENT}plan/`, async ({ request }) => {
        chosen.push(await request.json());
        showPlan(after);
        return HttpResponse.json(after);
      }),
    );
    const { shown } = await openChange(planChange);
    await userEvent.click(await screen.findByRole("radio", { name: "From February 1, 2027" }));
    expect(screen.queryByRole("radio", { name: /^JazzCash/ })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Choose for the next period" }));
    expect(await screen.findByText(/You have chosen the Growth plan/)).toBeVisible();
    expect(shown.pathname).toBe("/plan");
    expect(chosen).toEqual([{ plan_slug: growth.slug, offer: growth.offer }]);
  });

  it("says why it can't be changed now, and chooses what is left", async () => {
    const now = { ...planChange.now, refused: "nothing_to_pay" };
    await openChange({ ...planChange, now });
    const choice = await screen.findByRole("radio", { name: "Now" });
    expect(choice).toBeDisabled();
    expect(choice).toHaveAccessibleDescription(/unused days cover the price/);
    expect(screen.getByRole("radio", { name: "From February 1, 2027" })).toBeChecked();
    expect(screen.queryByText("$79.67 now")).toBeNull();
  });

  it("says why it can't be changed at all", async () => {
    const refused = "payment_already_under_review";
    const now = { ...planChange.now, refused };
    await openChange({ plan: growth, now, next_period: { starts_on: null, refused: "new_code" } });
    expect(await screen.findByText(/We are checking your payment of the next/)).toBeVisible();
    expect(screen.getByText("This isn't possible at the moment.")).toBeVisible();
    await getInvoice();
    expect(await screen.findByRole("alert")).toHaveTextContent("can't be chosen at the moment");
  });

  it("says at the top what the server refuses", async () => {
    server.use(http.post(`${CURRENT}plan/`, () => conflict("paid_ahead", "Paid already.")));
    const now = { ...planChange.now, refused: "nothing_to_pay" };
    await openChange({ ...planChange, now });
    await screen.findByRole("radio", { name: "Now" });
    await userEvent.click(screen.getByRole("button", { name: "Choose for the next period" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Paid already.");
  });

  it("shows the choice for the next period, which can be dropped here, too", async () => {
    await openChange(planChange, { ...running, next_plan: growth });
    expect(screen.getByRole("button", { name: "Stay on the Starter plan" })).toBeVisible();
  });

  it("can be another one while the account is paused", async () => {
    await openChange(planChange, stages.suspended);
    expect(await screen.findByRole("radio", { name: "Now, $79.67" })).toBeEnabled();
    expect(screen.getByRole("radio", { name: "From the next period" })).toBeEnabled();
  });
});

describe("an unpaid order", () => {
  const pending_subscription = { plan: growth } as Me["pending_subscription"];

  it("is replaced by another one", async () => {
    knowPayments();
    server.use(http.get("*/api/v1/plans/", () => HttpResponse.json([starter, growth])));
    logIn({ pending_subscription, open_invoice: invoice });
    renderApp("/upgrade");
    await userEvent.click(await screen.findByRole("button", { name: /another plan instead/ }));
    expect(
      screen.getByText(/order for the Growth plan and its invoice are cancelled/),
    ).toBeVisible();
    expect(await screen.findByRole("radio", { name: /^Starter/ })).toBeEnabled();
    expect(screen.getByRole("button", { name: "Get invoice" })).toBeVisible();
  });

  it("isn't while its payment is under review", async () => {
    const open_invoice = { ...invoice, payment_state: "under_review" as const };
    logIn({ pending_subscription, open_invoice });
    renderApp("/upgrade");
    await screen.findByText(/checking your payment for the Growth plan/);
    expect(screen.queryByRole("button", { name: /another plan instead/ })).toBeNull();
  });
});
