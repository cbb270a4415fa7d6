import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { logIn, showPlan } from "../../testing/answers";
import { stages } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  logIn();
});

describe("the credits", () => {
  const entry = {
    id: 1,
    kind: "plan_grant",
    amount: 1000,
    plan_amount: 1000,
    balance_after: 1000,
    description: "Starter plan, invoice INV-2026-000001",
    invoice_number: "INV-2026-000001",
    created_at: "2026-11-23T09:00:00Z",
  };

  function ledger(results: object[], count = results.length) {
    server.use(
      http.get("*/api/v1/billing/credits/ledger/", () => HttpResponse.json({ count, results })),
    );
  }

  it("show every entry, and the way of the balance as a picture", async () => {
    ledger([{ ...entry, id: 2, amount: -200, balance_after: 800, kind: "adjustment" }, entry]);
    renderApp("/credits");

    expect(await screen.findByText("+1,000")).toBeVisible();
    expect(screen.getByText("-200")).toBeVisible();
    expect(screen.getByRole("img")).toHaveAccessibleName(
      "Your balance went from 0 to 800 credits.",
    );
  });

  it("stay while the account is paused, which is explained", async () => {
    showPlan(stages.suspended);
    ledger([entry]);
    renderApp("/credits");
    expect(await screen.findByText(/Your credits stay, but you can't use them/)).toBeVisible();
  });

  it("say so where there is none yet", async () => {
    ledger([]);
    renderApp("/credits");
    expect(await screen.findByRole("heading", { name: "No credits yet" })).toBeVisible();
  });

  it("come in pages", async () => {
    ledger([entry], 26);
    renderApp("/credits");
    const pages = await screen.findByRole("navigation", { name: "Pagination" });
    expect(within(pages).getByRole("button", { name: "Previous" })).toBeDisabled();
    await userEvent.click(within(pages).getByRole("button", { name: "Next" }));
    expect(await within(pages).findByText("Page 2 of 2")).toBeVisible();
  });
});
