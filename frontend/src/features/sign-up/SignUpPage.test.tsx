import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, it } from "vitest";
import { free, invoice, jazzcash, me, pakistan, starter } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const sent: { body: Record<string, unknown>; key: string | null; token: string | null }[] = [];

function answerRegistrationWith(status: number, body: object) {
  server.use(
    http.post("*/api/v1/auth/register/", async ({ request }) => {
      sent.push({
        body: (await request.json()) as Record<string, unknown>,
        key: request.headers.get("Idempotency-Key"),
        token: request.headers.get("X-CSRFToken"),
      });
      return HttpResponse.json(body, { status });
    }),
  );
}

let isLoggedIn = false;

beforeEach(() => {
  sent.length = 0;
  isLoggedIn = false;
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      isLoggedIn
        ? HttpResponse.json(me)
        : HttpResponse.json({ errors: [{ code: "not_authenticated" }] }, { status: 401 }),
    ),
    http.get("*/api/v1/plans/", () => HttpResponse.json([free, starter])),
    http.get("*/api/v1/countries/:code/", () => HttpResponse.json(pakistan)),
    http.get("*/api/v1/countries/", () =>
      HttpResponse.json([{ code: "PK", name: "Pakistan", currency: "PKR" }]),
    ),
    http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
    http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
  );
});

async function choosePlan(name: string) {
  await userEvent.click(await screen.findByRole("radio", { name: new RegExp(name) }));
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
}

async function enterAccount() {
  await userEvent.type(await screen.findByLabelText("Email"), "ayesha@shop.example");
  await userEvent.type(screen.getByLabelText("Password"), "correct-horse-battery");
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
}

async function enterBilling() {
  await userEvent.click(await screen.findByRole("combobox", { name: "Country" }));
  await userEvent.click(await screen.findByRole("option", { name: "Pakistan" }));
  await userEvent.click(await screen.findByRole("radio", { name: /^JazzCash/ }));
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
}

it("signs up for a paid plan and shows how to pay", async () => {
  answerRegistrationWith(201, { ...me, subscription: null, invoice });
  renderApp("/signup");
  await choosePlan("Starter");
  await enterAccount();
  await enterBilling();
  isLoggedIn = true;
  await userEvent.click(await screen.findByRole("button", { name: /see how to pay/ }));

  expect(await screen.findByText("0300 1234567")).toBeVisible();
  expect(screen.getByText(/25,053\.50/)).toBeVisible();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.token).toBe("token");
  expect(sent[0]?.body).toMatchObject({
    plan_slug: "starter",
    email: "ayesha@shop.example",
    country: "PK",
    payment_method: "jazzcash",
  });
});

it("skips billing for the free plan", async () => {
  answerRegistrationWith(201, { ...me, invoice: null });
  const router = renderApp("/signup");
  await choosePlan("Free");
  await enterAccount();
  isLoggedIn = true;
  await userEvent.click(await screen.findByRole("button", { name: "Create account" }));

  await waitFor(() => {
    expect(router.pathname).toBe("/");
  });
  expect(sent[0]?.body).toMatchObject({ plan_slug: "free", country: "", payment_method: "" });
});

it("takes a server error to its field on its own step, and the summary gets the focus", async () => {
  answerRegistrationWith(400, {
    type: "validation_error",
    errors: [{ code: "email_already_registered", detail: "This e-mail is taken.", attr: "email" }],
  });
  const router = renderApp("/signup");
  await choosePlan("Free");
  await enterAccount();
  await userEvent.click(await screen.findByRole("button", { name: "Create account" }));

  await screen.findByLabelText("Email");
  expect(router.pathname).toBe("/signup/account");
  const summary = screen.getByRole("alert");
  expect(within(summary).getByText("This e-mail is taken.")).toBeVisible();
  expect(within(summary).getByRole("link", { name: "Sign in instead" })).toHaveAttribute(
    "href",
    "/login",
  );
  expect(screen.getByLabelText("Email")).toHaveAccessibleDescription("This e-mail is taken.");
  expect(screen.getByLabelText("Email")).toHaveValue("ayesha@shop.example");
  await waitFor(() => {
    expect(summary).toHaveFocus();
  });
});

it("shows a plan that has changed since, and orders what is shown then", async () => {
  answerRegistrationWith(400, {
    errors: [{ code: "plan_changed", detail: "It has changed.", attr: "plan_slug" }],
  });
  const router = renderApp("/signup");
  await choosePlan("Free");
  await enterAccount();
  const changed = { ...free, offer: "changed", included_credits: 5 };
  server.use(http.get("*/api/v1/plans/", () => HttpResponse.json([changed, starter])));
  await userEvent.click(await screen.findByRole("button", { name: "Create account" }));

  expect(await screen.findByText(/5 credits/)).toBeVisible();
  expect(router.pathname).toBe("/signup/plan");
  expect(within(screen.getByRole("alert")).getByText("It has changed.")).toBeVisible();
  expect(sent[0]?.body.offer).toBe(free.offer);
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  await userEvent.click(await screen.findByRole("button", { name: "Continue" }));
  await userEvent.click(await screen.findByRole("button", { name: "Create account" }));
  await waitFor(() => {
    expect(sent[1]?.body.offer).toBe("changed");
  });
});

it("sends the same key again after a lost answer, and another for a changed form", async () => {
  server.use(
    http.post("*/api/v1/auth/register/", ({ request }) => {
      sent.push({ body: {}, key: request.headers.get("Idempotency-Key"), token: null });
      return sent.length === 1
        ? HttpResponse.error()
        : HttpResponse.json(
            { errors: [{ code: "x", detail: "No.", attr: null }] },
            { status: 409 },
          );
    }),
  );
  renderApp("/signup");
  await choosePlan("Free");
  await enterAccount();
  const create = await screen.findByRole("button", { name: "Create account" });
  await userEvent.click(create);
  expect(await screen.findByText(/We can't reach the server/)).toBeVisible();
  await userEvent.click(create);
  expect(await screen.findByText("No.")).toBeVisible();
  expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(sent[1]?.key).toBe(sent[0]?.key);

  await userEvent.click(screen.getByRole("link", { name: "Back" }));
  await userEvent.type(await screen.findByLabelText(/^First name/), "Ayesha");
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  await userEvent.click(await screen.findByRole("button", { name: "Create account" }));
  await waitFor(() => {
    expect(sent).toHaveLength(3);
  });
  expect(sent[2]?.key).toMatch(/^[0-9a-f]{32}$/);
  expect(sent[2]?.key).not.toBe(sent[0]?.key);
});

it("asks for what is missing before it goes on", async () => {
  const router = renderApp("/signup");
  await userEvent.click(await screen.findByRole("button", { name: "Continue" }));

  expect(await screen.findByRole("alert")).toHaveTextContent("Choose a plan.");
  expect(router.pathname).toBe("/signup/plan");
  expect(document.title).toMatch(/^Error: /);
});

it.each([
  ["not-an-email", "a-long-passphrase", "Enter an email address in the format name@example.com."],
  ["ayesha@shop", "a-long-passphrase", "Enter an email address in the format name@example.com."],
  ["ayesha@shop.example", "short", "Enter a password of at least 10 characters."],
])("says at its step what can't be: %s, %s", async (email, password, message) => {
  const router = renderApp("/signup");
  await choosePlan("Free");
  await userEvent.type(await screen.findByLabelText("Email"), email);
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(message);
  expect(router.pathname).toBe("/signup/account");
});

it("keeps the draft over a reload, but never the password", async () => {
  renderApp("/signup");
  await choosePlan("Starter");
  await enterAccount();
  await screen.findByRole("combobox", { name: "Country" });
  cleanup();

  renderApp("/signup/account");
  expect(await screen.findByLabelText("Email")).toHaveValue("ayesha@shop.example");
  expect(screen.getByLabelText("Password")).toHaveValue("");
  const kept = JSON.stringify([sessionStorage, localStorage]);
  expect(kept).toContain("ayesha@shop.example");
  expect(kept).not.toContain("correct-horse-battery");
});

it.each(["/signup", "/signup/plan", "/signup/billing"])(
  "is not for who is logged in: %s leads to the dashboard",
  async (address) => {
    localStorage.setItem("logged-in", "1");
    isLoggedIn = true;
    const router = renderApp(address);
    expect(await screen.findByRole("heading", { name: /^Welcome/ })).toBeVisible();
    expect(router.pathname).toBe("/");
  },
);
