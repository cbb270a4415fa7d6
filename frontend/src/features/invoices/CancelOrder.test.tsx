import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { Invoice } from "../../lib/api/types";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

describe("an order that somebody doesn't want any more", () => {
  const isVoid: Invoice = { ...invoice, status: "void", payment_state: "void" };

  it("is cancelled by who is sure, and leads on", async () => {
    const asked: string[] = [];
    server.use(
      http.post("*/api/v1/billing/invoices/1/cancel/", ({ request }) => {
        asked.push(request.url);
        showInvoice({ ...isVoid, void_reason: "Cancelled by the customer." });
        return HttpResponse.json(isVoid);
      }),
    );
    renderApp("/invoices/1");
    await userEvent.click(await screen.findByRole("button", { name: "Cancel order" }));
    await userEvent.click(screen.getByRole("button", { name: "Keep order" }));
    await userEvent.click(screen.getByRole("button", { name: "Cancel order" }));
    expect(screen.getByRole("alert")).toHaveTextContent(
      "Cancel only if you haven't sent any money",
    );
    expect(asked).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Yes, cancel order" }));
    expect(await screen.findByText("Cancelled by the customer.")).toBeVisible();
    expect(screen.getByRole("link", { name: "Choose a plan" })).toHaveAttribute("href", "/upgrade");
    expect(asked).toHaveLength(1);
  });

  it("says why it can't be, at the question", async () => {
    server.use(
      http.post("*/api/v1/billing/invoices/1/cancel/", () =>
        HttpResponse.json(
          {
            type: "client_error",
            errors: [{ code: "x", detail: "A payment is under review.", attr: null }],
            state: "under_review",
          },
          { status: 409 },
        ),
      ),
    );
    renderApp("/invoices/1");
    await userEvent.click(await screen.findByRole("button", { name: "Cancel order" }));
    await userEvent.click(screen.getByRole("button", { name: "Yes, cancel order" }));
    expect(await screen.findByText("A payment is under review.")).toBeVisible();
  });

  it.each(["under_review", "paid", "void"] as const)("can't be while it is %s", async (state) => {
    showInvoice({ ...invoice, payment_state: state, latest_payment: payment });
    renderApp("/invoices/1");
    await screen.findByRole("heading", { name: /^Invoice/ });
    expect(screen.queryByRole("button", { name: "Cancel order" })).toBeNull();
  });
});
