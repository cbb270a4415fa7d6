import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { Me } from "../../lib/api/types";
import { logIn } from "../../testing/answers";
import { invoice, jazzcash, me, starter } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const growth = { ...starter, slug: "growth", name: "Growth", price: "139.00", max_sites: 3 };

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
