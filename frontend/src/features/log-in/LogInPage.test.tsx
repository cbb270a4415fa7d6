import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { ALLAUTH } from "../../testing/answers";
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
  await userEvent.type(await screen.findByLabelText("Email"), "a@b.example");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(within(screen.getByRole("main")).getByRole("button", { name: "Sign in" }));

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
  await userEvent.click(within(screen.getByRole("main")).getByRole("button", { name: "Sign in" }));

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

const inMain = () => within(screen.getByRole("main"));

async function enterPassword() {
  await userEvent.type(await screen.findByLabelText("Email"), "a@b.example");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(inMain().getByRole("button", { name: "Sign in" }));
}

describe("a second factor", () => {
  const wantsCode = {
    status: 401,
    data: { flows: [{ id: "login" }, { id: "mfa_authenticate", is_pending: true }] },
    meta: { is_authenticated: false },
  };
  let isLoggedIn = false;

  function answerCodes(answer: (code: string) => Response) {
    server.use(
      http.post(`${ALLAUTH}/auth/2fa/authenticate`, async ({ request }) => {
        const { code } = (await request.json()) as { code: string };
        return answer(code);
      }),
    );
  }

  beforeEach(() => {
    isLoggedIn = false;
    server.use(
      http.get("*/api/v1/auth/me/", () =>
        isLoggedIn ? HttpResponse.json({ ...me, open_invoice: null }) : loggedOut(),
      ),
      http.post(`${ALLAUTH}/auth/login`, () => HttpResponse.json(wantsCode, { status: 401 })),
    );
  });

  it("is asked for after the password, and the page that was asked for follows", async () => {
    answerCodes((code) => {
      isLoggedIn = code === "123456";
      return HttpResponse.json({ status: 200 });
    });
    const router = renderApp("/");
    await enterPassword();
    expect(await screen.findByLabelText("Code")).toHaveFocus();
    await userEvent.type(screen.getByLabelText("Code"), "123 456");
    await userEvent.click(inMain().getByRole("button", { name: "Sign in" }));

    expect(await screen.findByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
    expect(router.pathname).toBe("/");
  });

  it("is told to be wrong at its field", async () => {
    answerCodes(() =>
      HttpResponse.json(
        { status: 400, errors: [{ code: "incorrect_code", message: "No.", param: "code" }] },
        { status: 400 },
      ),
    );
    renderApp("/login");
    await enterPassword();
    await userEvent.type(await screen.findByLabelText("Code"), "000000");
    await userEvent.click(inMain().getByRole("button", { name: "Sign in" }));
    await waitFor(() => {
      expect(screen.getByLabelText("Code")).toHaveAccessibleDescription(/This code is incorrect/);
    });
  });

  it.each([401, 409])(
    "begins anew with the password where that is too long ago (%i)",
    async (status) => {
      answerCodes(() => HttpResponse.json({ status }, { status }));
      renderApp("/login");
      await enterPassword();
      await userEvent.type(await screen.findByLabelText("Code"), "000000");
      await userEvent.click(inMain().getByRole("button", { name: "Sign in" }));

      expect(await screen.findByText("Your sign-in has timed out. Sign in again.")).toBeVisible();
      expect(screen.getByLabelText("Password")).toBeVisible();
    },
  );
});

it("tells in words that a log-in is not possible", async () => {
  server.use(
    http.get("*/api/v1/auth/me/", loggedOut),
    http.post(`${ALLAUTH}/auth/login`, () => HttpResponse.json({ status: 401 }, { status: 401 })),
  );
  renderApp("/login");
  await enterPassword();
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent(/signed out/);
  expect(alert).not.toHaveTextContent("401");
});
