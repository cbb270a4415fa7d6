import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { ALLAUTH, refuseLink } from "../../testing/answers";
import { me } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const inMain = () => within(screen.getByRole("main"));

describe("a link that confirms an address", () => {
  const used = refuseLink("link_used", "It was used already.");

  it("names the address before it is confirmed", async () => {
    const data = { email: "ayesha@shop.example", user: {} };
    server.use(
      http.get(`${ALLAUTH}/auth/email/verify`, () => HttpResponse.json({ status: 200, data })),
      http.post(`${ALLAUTH}/auth/email/verify`, () => HttpResponse.json({}, { status: 401 })),
    );
    renderApp("/verify-email/abc");
    expect(
      await screen.findByText(/Confirm that ayesha@shop.example is your address/),
    ).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Confirm my email address" }));
    expect(await screen.findByText(/Your email address is confirmed/)).toBeVisible();
  });

  it("has done its work where the address is confirmed already", async () => {
    localStorage.setItem("logged-in", "1");
    const user = { ...me.user, email_verified: true };
    server.use(
      http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, user, open_invoice: null })),
      http.get(`${ALLAUTH}/auth/email/verify`, used),
    );
    renderApp("/verify-email/abc");
    expect(await screen.findByText(/Your email address is confirmed/)).toBeVisible();
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
    await userEvent.click(await screen.findByRole("button", { name: "Send a new link" }));
    expect(await screen.findByText(/^Sent\./)).toBeVisible();
    expect(asked).toEqual([{ email: me.user.email }]);
  });

  it("that does nothing any more leads a visitor to the log-in", async () => {
    server.use(http.get(`${ALLAUTH}/auth/email/verify`, used));
    renderApp("/verify-email/abc");
    expect(await screen.findByText("It was used already.")).toBeVisible();
    expect(inMain().getByRole("link", { name: "Sign in" })).toHaveAttribute(
      "href",
      "/login?next=/account",
    );
  });
});
