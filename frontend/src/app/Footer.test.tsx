import { screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { knowPayments, showInvoice } from "../testing/answers";
import { invoice } from "../testing/examples";
import { renderApp } from "../testing/renderApp";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

it("says on every page where to ask", async () => {
  renderApp("/invoices/1");
  const link = await screen.findByRole("link", { name: "Questions? Contact IGNY8" });
  expect(link).toHaveAttribute("href", "mailto:help@igny8.example");
});
