import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { free, invoice, jazzcash, me, pakistan, payment } from "../testing/examples";
import { renderApp } from "../testing/renderApp";
import { server } from "../testing/server";

let isOnline = true;

/** Like in browsers: every request fails, and two events report the change. */
function setOnline(online: boolean) {
  isOnline = online;
  act(() => {
    window.dispatchEvent(new Event(online ? "online" : "offline"));
  });
}

beforeEach(() => {
  vi.spyOn(navigator, "onLine", "get").mockImplementation(() => isOnline);
  server.use(http.all("*", () => (isOnline ? undefined : HttpResponse.error())));
});

afterEach(() => {
  isOnline = true;
  window.dispatchEvent(new Event("online"));
});

const whileOnline = (answer: () => Response) => () => (isOnline ? answer() : HttpResponse.error());

function answerMe(isLoggedIn: () => boolean) {
  server.use(
    http.get(
      "*/api/v1/auth/me/",
      whileOnline(() =>
        isLoggedIn()
          ? HttpResponse.json({ ...me, open_invoice: invoice })
          : HttpResponse.json({ errors: [{ code: "not_authenticated" }] }, { status: 401 }),
      ),
    ),
  );
}

async function press(name: string | RegExp) {
  await userEvent.click(within(screen.getByRole("main")).getByRole("button", { name }));
}

describe("offline, in words and nothing lost", () => {
  it("the log-in waits for the button to be pressed again", async () => {
    let isLoggedIn = false;
    answerMe(() => isLoggedIn);
    server.use(
      http.post(
        "*/_allauth/browser/v1/auth/login",
        whileOnline(() => {
          isLoggedIn = true;
          return HttpResponse.json({ status: 200 });
        }),
      ),
    );
    renderApp("/login");
    await userEvent.type(await screen.findByLabelText("Email"), "a@b.example");
    await userEvent.type(screen.getByLabelText("Password"), "secret");
    setOnline(false);
    expect(await screen.findByText(/^You are offline\. Your entries are saved/)).toBeVisible();
    await press("Sign in");
    expect(await screen.findByText(/^You are offline\. Nothing is lost/)).toBeVisible();
    expect(screen.getByLabelText("Password")).toHaveValue("secret");
    setOnline(true);
    await waitFor(() => {
      expect(screen.queryByText(/Your entries are saved/)).not.toBeInTheDocument();
    });
    await press("Sign in");
    expect(await screen.findByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
  });

  it("the sign-up is sent once it is pressed again", async () => {
    let isRegistered = false;
    answerMe(() => isRegistered);
    const keys = new Set<string | null>();
    server.use(
      http.get("*/api/v1/plans/", () => HttpResponse.json([free])),
      http.post("*/api/v1/auth/register/", ({ request }) => {
        keys.add(request.headers.get("Idempotency-Key"));
        if (!isOnline) return HttpResponse.error();
        isRegistered = true;
        return HttpResponse.json({ ...me, invoice: null }, { status: 201 });
      }),
    );
    renderApp("/signup");
    await userEvent.click(await screen.findByRole("radio", { name: /Free/ }));
    await press("Continue");
    await userEvent.type(await screen.findByLabelText("Email"), "ayesha@shop.example");
    await userEvent.type(screen.getByLabelText("Password"), "correct-horse-battery");
    await press("Continue");
    await screen.findByRole("heading", { name: "Check your answers" });
    setOnline(false);
    await press("Create account");
    expect(await screen.findByText(/^You are offline\. Nothing is lost/)).toBeVisible();
    setOnline(true);
    await press("Create account");
    expect(await screen.findByRole("heading", { name: "Welcome, Ayesha" })).toBeVisible();
    expect(keys.size).toBe(1);
  });

  it.each([
    ["without a receipt", false],
    ["with a receipt", true],
  ])("the confirmation %s is sent once it is pressed again", async (_name, hasReceipt) => {
    answerMe(() => true);
    const keys: (string | null)[] = [];
    server.use(
      http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
      http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
      http.get("*/api/v1/billing/payments/", () => HttpResponse.json({ count: 0, results: [] })),
      http.post("*/api/v1/billing/admin/payments/confirm/", ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return isOnline ? HttpResponse.json(payment, { status: 201 }) : HttpResponse.error();
      }),
    );
    renderApp("/invoices/1/confirm");
    const reference = await screen.findByLabelText("Transaction ID (TID)");
    await userEvent.type(reference, "20260000001");
    if (hasReceipt) {
      const file = new File(["%PDF-1.7"], "slip.pdf", { type: "application/pdf" });
      await userEvent.upload(screen.getByLabelText(/Choose a file/), file);
    }
    const send = screen.getByRole("button", { name: "Send confirmation" });
    setOnline(false);
    await userEvent.click(send);
    expect(await screen.findByText(/^You are offline\. Nothing is lost/)).toBeVisible();
    expect(reference).toHaveValue("20260000001");
    setOnline(true);
    await userEvent.click(send);
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    });
    expect(new Set(keys).size).toBe(1);
  });

  it("a form of the account says so, too", async () => {
    answerMe(() => true);
    server.use(
      http.get("*/api/v1/countries/:code/", () => HttpResponse.json(pakistan)),
      http.get("*/api/v1/countries/", () => HttpResponse.json([pakistan])),
      http.patch("*/api/v1/auth/profile/", () => HttpResponse.error()),
    );
    renderApp("/account");
    await screen.findByRole("heading", { name: "Account" });
    setOnline(false);
    await press("Save: Personal details");
    expect(await screen.findByText(/^You are offline\. Nothing is lost/)).toBeVisible();
  });

  it("a page that can't be read says so, and is there once the network is", async () => {
    answerMe(() => true);
    server.use(
      http.get(
        "*/api/v1/billing/invoices/",
        whileOnline(() => HttpResponse.json({ count: 1, results: [invoice] })),
      ),
    );
    renderApp("/");
    await userEvent.click(await screen.findByRole("link", { name: "Credits" }));
    setOnline(false);
    await userEvent.click(screen.getByRole("link", { name: "Invoices" }));
    expect(await screen.findByText(/^You are offline\. Nothing is lost/)).toBeVisible();
    setOnline(true);
    expect(await screen.findByRole("link", { name: /INV-2026-000001/ })).toBeVisible();
  });
});

describe("a proxy's own page", () => {
  const page = () => new HttpResponse("<html>Bad gateway</html>", { status: 502 });

  it.each([
    ["in place of the token", () => http.get("*/api/v1/auth/csrf/", page)],
    ["in place of the answer", () => http.post("*/_allauth/browser/v1/auth/login", page)],
    [
      "that forbids",
      () =>
        http.post(
          "*/_allauth/browser/v1/auth/login",
          () => new HttpResponse("<html>Forbidden</html>", { status: 403 }),
        ),
    ],
  ])("%s is told in words", async (_name, handler) => {
    answerMe(() => false);
    server.use(handler());
    renderApp("/login");
    await userEvent.type(await screen.findByLabelText("Email"), "a@b.example");
    await userEvent.type(screen.getByLabelText("Password"), "secret");
    await press("Sign in");
    expect(await screen.findByRole("alert")).toHaveTextContent(
      /unavailable at the moment|don't have permission/,
    );
  });
});
