import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, expect, it } from "vitest";
import { startLanguage } from "../../lib/messages";
import { logIn } from "../../testing/answers";
import { listed } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const [line] = listed.lines;

afterEach(() => startLanguage("en"));

it.each([
  ["en", "Starter plan, February 1, 2027 to March 1, 2027, 1,000 credits"],
  ["ur", /Starter.* پلان، 1 فروری، 2027 سے 1 مارچ، 2027 تک/],
] as const)("says which days an invoice pays, in the reader's words (%s)", async (code, words) => {
  await startLanguage(code);
  logIn();
  const description = "Starter plan, 1 Feb 2027 to 1 Mar 2027, 1,000 credits";
  const renewal = { ...listed, lines: [{ ...line, description }] };
  server.use(
    http.get("*/api/v1/billing/invoices/", () =>
      HttpResponse.json({ count: 1, results: [renewal] }),
    ),
  );
  renderApp("/invoices");
  expect(await screen.findByRole("link", { name: listed.number })).toBeVisible();
  expect(screen.getByText(words)).toBeVisible();
});
