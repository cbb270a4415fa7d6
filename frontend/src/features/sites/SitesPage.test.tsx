import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { logIn, refuse, refusePaused, showPlan } from "../../testing/answers";
import { active, stages } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  logIn();
});

describe("the sites", () => {
  const site = {
    id: 1,
    name: "Shop",
    domain: "shop.example",
    industry: { id: 1, slug: "retail", name: "Retail" },
    created_at: "2026-11-23T09:00:00Z",
  };

  function sites(...results: object[]) {
    server.use(
      http.get("*/api/v1/sites/", () => HttpResponse.json({ count: results.length, results })),
      http.get("*/api/v1/industries/", () => HttpResponse.json([site.industry])),
    );
  }

  it("are refused by the server at their field", async () => {
    sites();
    server.use(
      http.post("*/api/v1/sites/", () => refuse("domain_already_added", "It is there.", "domain")),
    );
    renderApp("/sites");
    await userEvent.type(await screen.findByLabelText("Name"), "Shop");
    await userEvent.type(screen.getByLabelText("Domain"), "shop.example");
    await userEvent.selectOptions(await screen.findByLabelText("Industry"), "Retail");
    await userEvent.click(screen.getByRole("button", { name: "Add site" }));

    await waitFor(() => {
      expect(screen.getByLabelText("Domain")).toHaveAccessibleDescription("It is there.");
    });
  });

  it("are as many as the plan allows", async () => {
    sites(site);
    renderApp("/sites");
    expect(await screen.findByText(/includes 1 site/)).toBeVisible();
    expect(screen.queryByLabelText("Domain")).not.toBeInTheDocument();
  });

  it("wait for an account that can be used", async () => {
    logIn({ account: { ...active, status: "pending_payment" } });
    sites();
    renderApp("/sites");
    expect(await screen.findByText(/as soon as your account is active/)).toBeVisible();
  });

  it("are removed only by who is sure", async () => {
    let removed = 0;
    sites(site);
    server.use(
      http.delete("*/api/v1/sites/1/", () => {
        removed += 1;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp("/sites");
    await userEvent.click(await screen.findByRole("button", { name: "Remove Shop" }));
    expect(removed).toBe(0);
    await userEvent.click(screen.getByRole("button", { name: "Confirm removal of Shop" }));
    await waitFor(() => {
      expect(removed).toBe(1);
    });
  });

  it("can't be changed while the account is paused, which is explained", async () => {
    showPlan(stages.suspended);
    sites(site);
    renderApp("/sites");
    const note = await screen.findByText(/you can't add, change or remove any/);
    expect(within(note).getByRole("link", { name: "See how to pay" })).toHaveAttribute(
      "href",
      "/invoices/1",
    );
    expect(screen.queryByRole("button", { name: /Remove|Add/ })).toBeNull();
  });

  it.each([
    [
      "added",
      async () => {
        await userEvent.type(await screen.findByLabelText("Name"), "Shop");
        await userEvent.type(screen.getByLabelText("Domain"), "shop.example");
        await userEvent.selectOptions(await screen.findByLabelText("Industry"), "Retail");
        await userEvent.click(screen.getByRole("button", { name: "Add site" }));
      },
      [],
    ],
    [
      "removed",
      async () => {
        await userEvent.click(await screen.findByRole("button", { name: "Remove Shop" }));
        await userEvent.click(screen.getByRole("button", { name: "Confirm removal of Shop" }));
      },
      [site],
    ],
  ] as const)(
    "aren't %s once the account is paused, which the page learns",
    async (_, act, known) => {
      sites(...known);
      const refusal = () => {
        showPlan(stages.suspended);
        return refusePaused();
      };
      server.use(http.post("*/api/v1/sites/", refusal), http.delete("*/api/v1/sites/1/", refusal));
      renderApp("/sites");
      await act();
      const banner = await screen.findByRole("region", { name: "Payment" });
      expect(banner).toHaveTextContent(/^Paused since February 10, 2027/);
      expect(within(banner).getByRole("link", { name: "Pay" })).toHaveAttribute(
        "href",
        "/invoices/1",
      );
    },
  );
});
