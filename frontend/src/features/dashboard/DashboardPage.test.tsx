import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Invoice } from "../../lib/api/types";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice } from "../../testing/examples";
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
