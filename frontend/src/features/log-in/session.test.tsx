import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
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

const ALLAUTH = "*/_allauth/browser/v1";
const inMain = () => within(screen.getByRole("main"));

async function enterPassword() {
  await userEvent.type(await screen.findByLabelText("E-mail"), "a@b.example");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(inMain().getByRole("button", { name: "Log in" }));
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
    await userEvent.click(inMain().getByRole("button", { name: "Log in" }));

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
    await userEvent.click(inMain().getByRole("button", { name: "Log in" }));
    await waitFor(() => {
      expect(screen.getByLabelText("Code")).toHaveAccessibleDescription(/This code is not right/);
    });
  });

  it.each([401, 409])(
    "begins anew with the password where that is too long ago (%i)",
    async (status) => {
      answerCodes(() => HttpResponse.json({ status }, { status }));
      renderApp("/login");
      await enterPassword();
      await userEvent.type(await screen.findByLabelText("Code"), "000000");
      await userEvent.click(inMain().getByRole("button", { name: "Log in" }));

      expect(await screen.findByText("That took too long. Log in again.")).toBeVisible();
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
  expect(alert).toHaveTextContent(/not logged in/);
  expect(alert).not.toHaveTextContent("401");
});

function refuseLink(code: string, message: string) {
  const body = { status: 400, errors: [{ code, message, param: "key" }] };
  return () => HttpResponse.json(body, { status: 400 });
}

describe("a link that resets the password", () => {
  it("that was used says so when it is opened, and leads to a new one", async () => {
    server.use(
      http.get(`${ALLAUTH}/auth/password/reset`, refuseLink("link_used", "It was used already.")),
    );
    const router = renderApp("/reset-password/abc");
    expect(await screen.findByText("It was used already.")).toBeVisible();
    expect(screen.queryByLabelText("New password")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("link", { name: "Send me a new link" }));
    expect(await screen.findByRole("button", { name: "Send the link" })).toBeVisible();
    expect(router.pathname).toBe("/forgot-password");
  });

  it("that no mail has, neither in its letters, says so without a question", async () => {
    renderApp("/reset-password/%D8%A7%D8%A8");
    expect(await screen.findByText(/This link is not complete/)).toBeVisible();
  });

  it("that is used meanwhile says so after the password was typed", async () => {
    server.use(
      http.get(`${ALLAUTH}/auth/password/reset`, () =>
        HttpResponse.json({ status: 200, data: {} }),
      ),
      http.post(`${ALLAUTH}/auth/password/reset`, refuseLink("link_used", "It was used already.")),
    );
    renderApp("/reset-password/abc");
    await userEvent.type(await screen.findByLabelText("New password"), "new-horse-battery");
    await userEvent.click(screen.getByRole("button", { name: "Save the password" }));
    expect(await screen.findByText("It was used already.")).toBeVisible();
    expect(screen.getByRole("link", { name: "Send me a new link" })).toBeVisible();
  });

  it("is asked about again after a failure of the server, and not given up", async () => {
    let attempts = 0;
    server.use(
      http.get(`${ALLAUTH}/auth/password/reset`, () => {
        attempts += 1;
        return attempts === 1
          ? HttpResponse.json({}, { status: 429 })
          : HttpResponse.json({ status: 200, data: {} });
      }),
    );
    renderApp("/reset-password/abc");
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByLabelText("New password")).toBeVisible();
  });
});

describe("a link that confirms an address", () => {
  const used = refuseLink("link_used", "It was used already.");

  it("names the address before it is confirmed", async () => {
    const data = { email: "ayesha@shop.example", user: {} };
    server.use(
      http.get(`${ALLAUTH}/auth/email/verify`, () => HttpResponse.json({ status: 200, data })),
      http.post(`${ALLAUTH}/auth/email/verify`, () => HttpResponse.json({}, { status: 401 })),
    );
    renderApp("/verify-email/abc");
    expect(await screen.findByText(/Is ayesha@shop.example your address/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Confirm my e-mail address" }));
    expect(await screen.findByText(/your e-mail address is confirmed/)).toBeVisible();
  });

  it("has done its work where the address is confirmed already", async () => {
    localStorage.setItem("logged-in", "1");
    const user = { ...me.user, email_verified: true };
    server.use(
      http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, user, open_invoice: null })),
      http.get(`${ALLAUTH}/auth/email/verify`, used),
    );
    renderApp("/verify-email/abc");
    expect(await screen.findByText(/your e-mail address is confirmed/)).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("that does nothing any more is sent again to who is logged in", async () => {
    const asked: unknown[] = [];
    localStorage.setItem("logged-in", "1");
    server.use(
      http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, open_invoice: null })),
      http.get(`${ALLAUTH}/auth/email/verify`, used),
      http.put(`${ALLAUTH}/account/email`, async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json({ status: 200 });
      }),
    );
    renderApp("/verify-email/abc");
    await userEvent.click(await screen.findByRole("button", { name: "Send me a new link" }));
    expect(await screen.findByText(/^Sent:/)).toBeVisible();
    expect(asked).toEqual([{ email: me.user.email }]);
  });

  it("that does nothing any more leads a visitor to the log-in", async () => {
    server.use(http.get(`${ALLAUTH}/auth/email/verify`, used));
    renderApp("/verify-email/abc");
    expect(await screen.findByText("It was used already.")).toBeVisible();
    expect(inMain().getByRole("link", { name: "Log in" })).toHaveAttribute(
      "href",
      "/login?next=/account",
    );
  });
});
