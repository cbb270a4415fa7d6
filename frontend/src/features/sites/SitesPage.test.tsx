import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { logIn, refuse } from "../../testing/answers";
import { active } from "../../testing/examples";
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
});
