import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import { free, jazzcash, me, starter } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

function logIn() {
  server.use(
    http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, open_invoice: null })),
    http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
  );
}

it("ways to pay are announced with their currency, in a group that has a name", async () => {
  logIn();
  server.use(http.get("*/api/v1/plans/", () => HttpResponse.json([free, starter])));
  renderApp("/upgrade");
  const group = await screen.findByRole("radiogroup", { name: "How do you want to pay?" });
  expect(group).toBeVisible();
  const method = screen.getByRole("radio", { name: "JazzCash, PKR" });
  expect(method).toHaveAccessibleDescription("Arrives in seconds");
});
