import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { knowCountries, logIn, refuse } from "../../../testing/answers";
import { invoice, me } from "../../../testing/examples";
import { renderApp } from "../../../testing/renderApp";
import { server } from "../../../testing/server";

beforeEach(() => {
  logIn();
});

describe("closing the account", () => {
  beforeEach(knowCountries);

  const closed = {
    account_id: 1,
    status: "cancelled",
    closed_at: "2026-11-24T10:00:00Z",
    kept_until: "2036-12-31",
  };

  async function fill(email: string, password = "a-long-passphrase") {
    const dialog = await screen.findByRole("dialog", { name: "Close account" });
    await userEvent.type(within(dialog).getByLabelText(/to confirm/), email);
    await userEvent.type(within(dialog).getByLabelText("Your password"), password);
    await userEvent.click(
      within(dialog).getByRole("button", { name: "Close account permanently" }),
    );
    return dialog;
  }

  it("says what is lost and what is kept, and says goodbye", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post("*/api/v1/auth/account/close/", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(closed);
      }),
    );
    sessionStorage.setItem("draft", "personal");
    const shown = renderApp("/account");
    await userEvent.click(await screen.findByRole("link", { name: "Close account…" }));
    const dialog = await screen.findByRole("dialog", { name: "Close account" });
    for (const title of ["What ends", "What we delete", "What we keep"]) {
      expect(within(dialog).getByRole("heading", { name: title })).toBeVisible();
    }
    await fill(me.user.email);

    expect(await screen.findByRole("heading", { name: "Your account is closed" })).toBeVisible();
    expect(screen.getByText(/invoices and their payments until .*2036/)).toBeVisible();
    expect(sent).toEqual([{ confirmation: me.user.email, password: "a-long-passphrase" }]);
    expect(shown.pathname).toBe("/goodbye");
    expect(await screen.findByRole("link", { name: "Sign in" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Sign out" })).not.toBeInTheDocument();
    expect(screen.queryByRole("navigation", { name: "Main" })).not.toBeInTheDocument();
    expect(sessionStorage.getItem("draft")).toBeNull();
  });

  it("wants the own e-mail typed", async () => {
    renderApp("/account/close");
    const dialog = await fill("somebody@else.example");
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "Enter the email you sign in with.",
    );
  });

  it("waits for a payment under review", async () => {
    logIn({ open_invoice: { ...invoice, payment_state: "under_review" } });
    renderApp("/account/close");
    const dialog = await screen.findByRole("dialog", { name: "Close account" });
    expect(within(dialog).getByText(/is under review/)).toBeVisible();
    expect(within(dialog).queryByLabelText("Your password")).toBeNull();
  });

  it("says what the server refuses", async () => {
    server.use(
      http.post("*/api/v1/auth/account/close/", () =>
        refuse("password_incorrect", "The password is not right.", "password"),
      ),
    );
    const shown = renderApp("/account/close");
    const dialog = await fill(me.user.email, "wrong");
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "The password is not right.",
    );
    expect(shown.pathname).toBe("/account/close");
  });
});
