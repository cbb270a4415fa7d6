import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, expect, it } from "vitest";
import { startLanguage } from "../../lib/messages";
import { free, starter } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const yearly = { ...starter, slug: "starter-year", price: "890.00", interval: "year" as const };

function offer(...plans: object[]) {
  server.use(http.get("*/api/v1/plans/", () => HttpResponse.json(plans)));
}

afterEach(() => startLanguage("en"));

it.each([
  ["en", "Starter, $89.00 a month", "Starter, $890.00 a year"],
  ["ur", /ماہانہ$/, /سالانہ$/],
] as const)("a year's price is called a year's (%s)", async (language, month, year) => {
  await startLanguage(language);
  offer(starter, yearly);
  renderApp("/signup");
  expect(await screen.findByRole("radio", { name: month })).toBeVisible();
  expect(screen.getByRole("radio", { name: year })).toBeVisible();
});

it("plans are announced with what they cost and hold, in a group that has a name", async () => {
  offer(free, starter);
  renderApp("/signup");
  expect(await screen.findByRole("radiogroup")).toHaveAccessibleName("Plan");
  const plan = screen.getByRole("radio", { name: "Starter, $89.00 a month" });
  expect(plan).toHaveAccessibleDescription(/For one site\..*1,000 credits.*1 site/);
  expect(screen.getByRole("radio", { name: "Free, $0" })).toBeVisible();
});

it("promises no seats: nobody can be invited yet", async () => {
  offer(free, { ...starter, max_users: 5 });
  renderApp("/signup");
  await screen.findByRole("radio", { name: /Starter/ });
  expect(document.body).not.toHaveTextContent(/people|person|users|seats/i);
});
