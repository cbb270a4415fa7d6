import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";
import { ALLAUTH, refuseLink } from "../../testing/answers";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

describe("a link that resets the password", () => {
  it("that was used says so when it is opened, and leads to a new one", async () => {
    server.use(
      http.get(`${ALLAUTH}/auth/password/reset`, refuseLink("link_used", "It was used already.")),
    );
    const router = renderApp("/reset-password/abc");
    expect(await screen.findByText("It was used already.")).toBeVisible();
    expect(screen.queryByLabelText("New password")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("link", { name: "Send a new link" }));
    expect(await screen.findByRole("button", { name: "Send link" })).toBeVisible();
    expect(router.pathname).toBe("/forgot-password");
  });

  it("that no mail has, neither in its letters, says so without a question", async () => {
    renderApp("/reset-password/%D8%A7%D8%A8");
    expect(await screen.findByText(/This link is incomplete/)).toBeVisible();
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
    await userEvent.click(screen.getByRole("button", { name: "Save password" }));
    expect(await screen.findByText("It was used already.")).toBeVisible();
    expect(screen.getByRole("link", { name: "Send a new link" })).toBeVisible();
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
