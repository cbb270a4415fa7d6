import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { browser } from "../../lib/browser";
import { knowCountries, logIn, refuse } from "../../testing/answers";
import { active, me, pakistan } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  logIn();
});

describe("the account's details", () => {
  beforeEach(() => {
    server.use(
      http.get("*/api/v1/countries/:code/", () => HttpResponse.json(pakistan)),
      http.get("*/api/v1/countries/", () => HttpResponse.json([pakistan])),
    );
  });

  it("are saved and said to be", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.patch("*/api/v1/auth/account/", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ ...active, billing_city: "Karachi" });
      }),
    );
    renderApp("/account");
    await userEvent.type(await screen.findByLabelText("City (optional)"), "Karachi");
    await userEvent.click(screen.getByRole("button", { name: "Save: Billing details" }));

    expect(await screen.findByText("Saved.")).toBeVisible();
    expect(bodies).toEqual([expect.objectContaining({ billing_city: "Karachi", country: "PK" })]);
  });

  it("call the tax number what the country calls it", async () => {
    renderApp("/account");
    expect(await screen.findByLabelText("NTN (optional)")).toBeVisible();
    expect(screen.queryByLabelText(/Province/)).not.toBeInTheDocument();
  });

  it.each([200, 403])("send the mail that confirms the address again (%i)", async (status) => {
    const bodies: unknown[] = [];
    server.use(
      http.put("*/_allauth/browser/v1/account/email", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ status }, { status });
      }),
    );
    renderApp("/account");
    await userEvent.click(await screen.findByRole("button", { name: "Send the email again" }));
    expect(await screen.findByText(/^Sent\./)).toBeVisible();
    expect(bodies).toEqual([{ email: "ayesha@shop.example" }]);
  });

  it("send a link to a new address, which waits until it is opened or taken back", async () => {
    const bodies: unknown[] = [];
    const cancelled = vi.fn();
    server.use(
      http.post("*/api/v1/auth/email/", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ ...me.user, pending_email: "new@shop.example" });
      }),
      http.delete("*/api/v1/auth/email/", () => {
        cancelled();
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp("/account");
    await userEvent.type(await screen.findByLabelText("New email"), "new@shop.example");
    await userEvent.type(screen.getByLabelText("Confirm with your password"), "a-long-passphrase");
    await userEvent.click(screen.getByRole("button", { name: "Send link" }));

    expect(await screen.findByText(/^We have sent a link to new@shop.example/)).toBeVisible();
    expect(screen.getByLabelText("New email")).toHaveValue("");
    expect(bodies).toEqual([{ email: "new@shop.example", password: "a-long-passphrase" }]);
    await userEvent.click(screen.getByRole("button", { name: "Keep ayesha@shop.example" }));
    await waitFor(() => {
      expect(screen.queryByText(/^We have sent a link/)).not.toBeInTheDocument();
    });
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("say at its field what is wrong with a new address, and ask for the password", async () => {
    server.use(
      http.post("*/api/v1/auth/email/", () =>
        refuse("email_unchanged", "This is the address already.", "email"),
      ),
    );
    renderApp("/account");
    const email = await screen.findByLabelText("New email");
    await userEvent.type(email, "ayesha@shop.example");
    await userEvent.click(screen.getByRole("button", { name: "Send link" }));
    expect(screen.getByLabelText("Confirm with your password")).toHaveAccessibleDescription(
      /Enter your password/,
    );
    await userEvent.type(screen.getByLabelText("Confirm with your password"), "a-long-passphrase");
    await userEvent.click(screen.getByRole("button", { name: "Send link" }));
    await waitFor(() => {
      expect(email).toHaveAccessibleDescription("This is the address already.");
    });
  });

  it("let only who knows the old password change it", async () => {
    server.use(
      http.post("*/_allauth/browser/v1/account/password/change", () =>
        HttpResponse.json(
          {
            status: 400,
            errors: [
              {
                code: "enter_current_password",
                message: "Please type your current password.",
                param: "current_password",
              },
            ],
          },
          { status: 400 },
        ),
      ),
    );
    renderApp("/account");
    const current = await screen.findByLabelText("Current password");
    await userEvent.type(current, "wrong");
    await userEvent.type(screen.getByLabelText("New password"), "new-horse-battery");
    await userEvent.click(screen.getByRole("button", { name: "Save: Password" }));
    await waitFor(() => {
      expect(current).toHaveAccessibleDescription("Please type your current password.");
    });
  });

  it("log out everywhere, of this browser too", async () => {
    const open = vi.spyOn(browser, "open").mockReturnValue();
    const posted = vi.fn();
    server.use(
      http.post("*/api/v1/auth/log-out-everywhere/", () => {
        posted();
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp("/account");
    const button = await screen.findByRole("button", { name: "Sign out everywhere" });
    expect(localStorage.getItem("logged-in")).toBe("1");
    await userEvent.click(button);
    await waitFor(() => {
      expect(open).toHaveBeenCalledExactlyOnceWith("/login");
    });
    expect(posted).toHaveBeenCalledOnce();
    expect(localStorage.getItem("logged-in")).toBeNull();
    vi.restoreAllMocks();
  });

  it("say when to try again after too many tries", async () => {
    server.use(
      http.post("*/api/v1/auth/log-out-everywhere/", () =>
        HttpResponse.json(
          { type: "client_error", errors: [{ code: "throttled", detail: "Wait.", attr: null }] },
          { status: 429, headers: { "Retry-After": "120" } },
        ),
      ),
    );
    const open = vi.spyOn(browser, "open").mockReturnValue();
    renderApp("/account");
    await userEvent.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 2 minutes.");
    expect(open).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe("the account's data", () => {
  beforeEach(knowCountries);

  function answerExport(answer: () => Response) {
    server.use(http.post("*/api/v1/auth/account/export/", answer));
  }

  it("are asked for with the password, and come by mail", async () => {
    answerExport(() =>
      HttpResponse.json(
        { mailed_to: "ayesha@lahore-textiles.example", kept_until: "2026-12-02T10:00:00Z" },
        { status: 202 },
      ),
    );
    renderApp("/account");
    await userEvent.type(await screen.findByLabelText("Your password"), "a-long-passphrase");
    await userEvent.click(screen.getByRole("button", { name: "Request my data" }));

    expect(
      await screen.findByText(
        /^We are preparing your file\. We'll email a link to ayesha@lahore.* until December 2, 2026/,
      ),
    ).toBeVisible();
    expect(screen.getByLabelText("Your password")).toHaveValue("");
  });

  it("are not given for a wrong password", async () => {
    answerExport(() => refuse("password_incorrect", "The password is not right.", "password"));
    renderApp("/account");
    await userEvent.type(await screen.findByLabelText("Your password"), "wrong");
    await userEvent.click(screen.getByRole("button", { name: "Request my data" }));

    const summary = await screen.findByRole("alert");
    await userEvent.click(within(summary).getByRole("link"));
    expect(screen.getByLabelText("Your password")).toHaveFocus();
  });

  it("are the owner's matter", async () => {
    logIn({ user: { ...me.user, role: "member" } });
    renderApp("/account");
    await screen.findByRole("heading", { name: "Account" });
    expect(screen.queryByRole("button", { name: "Request my data" })).toBeNull();
    expect(screen.queryByRole("link", { name: /Close account/ })).toBeNull();
  });
});
