import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, expect, it } from "vitest";
import type { ListedInvoice } from "../../lib/api/types";
import { startLanguage } from "../../lib/messages";
import { logIn } from "../../testing/answers";
import { listed } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

/** Ranges of days have thin spaces. */
const NORMALIZED = { normalizer: (text: string) => text.replaceAll(/\s/g, " ") };

/** A list of this invoice alone. */
function showList(invoice: ListedInvoice) {
  logIn();
  server.use(
    http.get("*/api/v1/billing/invoices/", () =>
      HttpResponse.json({ count: 1, results: [invoice] }),
    ),
  );
}

afterEach(() => startLanguage("en"));

it.each([
  ["en", "Starter plan, February 1, 2027 to March 1, 2027, 1,000 credits"],
  ["ur", /Starter.* پلان، 1 فروری، 2027 سے 1 مارچ، 2027 تک/],
] as const)("says which days an invoice pays, in the reader's words (%s)", async (code, words) => {
  await startLanguage(code);
  const description = "Starter plan, 1 Feb 2027 to 1 Mar 2027, 1,000 credits";
  showList({
    ...listed,
    period: null,
    lines: listed.lines.map((line) => ({ ...line, description })),
  });
  renderApp("/invoices");
  expect(await screen.findByRole("link", { name: listed.number })).toBeVisible();
  expect(screen.getByText(words)).toBeVisible();
});

const days = { first_day: "2027-02-01", last_day: "2027-02-28" };

it.each([
  ["en", "renewal", days, "Renewal · February 1 – 28, 2027"],
  ["en", "change", null, "Change of plan"],
  ["ur", "renewal", days, "تجدید · 1–28 فروری 2027"],
  ["ur", "initial", null, "پہلی مدت"],
] as const)("says what an invoice is for (%s, %s)", async (code, kind, period, words) => {
  await startLanguage(code);
  showList({ ...listed, kind, period });
  renderApp("/invoices");
  expect(await screen.findByText(words, NORMALIZED)).toBeVisible();
});
