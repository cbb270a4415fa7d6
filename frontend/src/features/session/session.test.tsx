import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { expect, it } from "vitest";
import { me } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

function loggedOut() {
  return HttpResponse.json({ errors: [{ code: "not_authenticated" }] }, { status: 401 });
}

it("comes back after log-in to the page that was asked for", async () => {
  let isLoggedIn = false;
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      isLoggedIn ? HttpResponse.json({ ...me, open_invoice: null }) : loggedOut(),
    ),
    http.post("*/_allauth/browser/v1/auth/login", () => {
      isLoggedIn = true;
      return HttpResponse.json({ status: 200 });
    }),
  );
  const router = renderApp("/");
  await userEvent.type(await screen.findByLabelText("E-mail"), "a@b.example");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(within(screen.getByRole("main")).getByRole("button", { name: "Log in" }));

  expect(await screen.findByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
  expect(router.pathname).toBe("/");
});

it("shows a wrong password at its field", async () => {
  server.use(
    http.get("*/api/v1/auth/me/", loggedOut),
    http.post("*/_allauth/browser/v1/auth/login", () =>
      HttpResponse.json(
        { status: 400, errors: [{ code: "x", message: "That is wrong.", param: "password" }] },
        { status: 400 },
      ),
    ),
  );
  renderApp("/login");
  await userEvent.type(await screen.findByLabelText("Password"), "nope");
  await userEvent.click(within(screen.getByRole("main")).getByRole("button", { name: "Log in" }));

  await waitFor(() => {
    expect(screen.getByLabelText("Password")).toHaveAccessibleDescription("That is wrong.");
  });
});

it.each(["//evil.example", "/\\evil.example", "https://evil.example"])(
  "goes home rather than to %s",
  async (next) => {
    server.use(
      http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, open_invoice: null })),
    );
    const router = renderApp(`/login?next=${encodeURIComponent(next)}`);

    await screen.findByRole("heading", { name: "Welcome, Ayesha" });
    expect(router.pathname).toBe("/");
  },
);
