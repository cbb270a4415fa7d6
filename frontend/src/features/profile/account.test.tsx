import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Me } from "../../lib/api/types";
import { browser } from "../../lib/browser";
import { invoice, jazzcash, me, pakistan, starter } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const active = { ...me.account, status: "active", credits: 1000 } as NonNullable<Me["account"]>;
const growth = { ...starter, slug: "growth", name: "Growth", price: "139.00", max_sites: 3 };

function logIn(changes: Partial<Me> = {}) {
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      HttpResponse.json({ ...me, account: active, open_invoice: null, ...changes }),
    ),
  );
}

function refuse(code: string, detail: string, attr: string | null) {
  return HttpResponse.json(
    { type: "validation_error", errors: [{ code, detail, attr }] },
    { status: 400 },
  );
}

beforeEach(() => {
  logIn();
});

describe("the credits", () => {
  const entry = {
    id: 1,
    kind: "plan_grant",
    amount: 1000,
    balance_after: 1000,
    description: "Starter plan, invoice INV-2026-000001",
    invoice_number: "INV-2026-000001",
    created_at: "2026-11-23T09:00:00Z",
  };

  function ledger(results: object[], count = results.length) {
    server.use(
      http.get("*/api/v1/billing/credits/ledger/", () => HttpResponse.json({ count, results })),
    );
  }

  it("show every entry, and the way of the balance as a picture", async () => {
    ledger([{ ...entry, id: 2, amount: -200, balance_after: 800, kind: "adjustment" }, entry]);
    renderApp("/credits");

    expect(await screen.findByText("+1,000")).toBeVisible();
    expect(screen.getByText("-200")).toBeVisible();
    expect(screen.getByRole("img")).toHaveAccessibleName("The balance went from 0 to 800 credits.");
  });

  it("say so where there is none yet", async () => {
    ledger([]);
    renderApp("/credits");
    expect(await screen.findByRole("heading", { name: "No credits yet" })).toBeVisible();
  });

  it("come in pages", async () => {
    ledger([entry], 26);
    renderApp("/credits");
    const pages = await screen.findByRole("navigation", { name: "Pages of the list" });
    expect(within(pages).getByRole("button", { name: "Previous" })).toBeDisabled();
    await userEvent.click(within(pages).getByRole("button", { name: "Next" }));
    expect(await within(pages).findByText("Page 2 of 2")).toBeVisible();
  });
});

describe("the sites", () => {
  const site = {
    id: 1,
    name: "Shop",
    domain: "shop.example",
    industry: { id: 1, slug: "retail", name: "Retail" },
    created_at: "2026-11-23T09:00:00Z",
  };

  function sites(...results: object[]) {
    server.use(
      http.get("*/api/v1/sites/", () => HttpResponse.json({ count: results.length, results })),
      http.get("*/api/v1/industries/", () => HttpResponse.json([site.industry])),
    );
  }

  it("are refused by the server at their field", async () => {
    sites();
    server.use(
      http.post("*/api/v1/sites/", () => refuse("domain_already_added", "It is there.", "domain")),
    );
    renderApp("/sites");
    await userEvent.type(await screen.findByLabelText("Name"), "Shop");
    await userEvent.type(screen.getByLabelText("Domain"), "shop.example");
    await userEvent.selectOptions(await screen.findByLabelText("Industry"), "Retail");
    await userEvent.click(screen.getByRole("button", { name: "Add a site" }));

    await waitFor(() => {
      expect(screen.getByLabelText("Domain")).toHaveAccessibleDescription("It is there.");
    });
  });

  it("are as many as the plan allows", async () => {
    sites(site);
    renderApp("/sites");
    expect(await screen.findByText(/has room for 1 site/)).toBeVisible();
    expect(screen.queryByLabelText("Domain")).not.toBeInTheDocument();
  });

  it("wait for an account that can be used", async () => {
    logIn({ account: { ...active, status: "pending_payment" } });
    sites();
    renderApp("/sites");
    expect(await screen.findByText(/as soon as your account is active/)).toBeVisible();
  });

  it("are removed only by who is sure", async () => {
    let removed = 0;
    sites(site);
    server.use(
      http.delete("*/api/v1/sites/1/", () => {
        removed += 1;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp("/sites");
    await userEvent.click(await screen.findByRole("button", { name: "Remove Shop" }));
    expect(removed).toBe(0);
    await userEvent.click(screen.getByRole("button", { name: "Really remove Shop?" }));
    await waitFor(() => {
      expect(removed).toBe(1);
    });
  });
});

describe("another plan", () => {
  beforeEach(() => {
    server.use(
      http.get("*/api/v1/plans/", () => HttpResponse.json([starter, growth])),
      http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
    );
  });

  it("needs a plan and a way to pay, and leads to the invoice", async () => {
    const subscription = { plan: starter, current_period_end: null } as Me["subscription"];
    logIn({ subscription });
    const orders: unknown[] = [];
    server.use(
      http.post("*/api/v1/billing/subscriptions/upgrade/", async ({ request }) => {
        orders.push(await request.json());
        return HttpResponse.json({ invoice }, { status: 201 });
      }),
      http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
    );
    const shown = renderApp("/upgrade");
    expect(await screen.findByRole("radio", { name: /^Starter/ })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Get the invoice" }));
    expect(screen.getByRole("alert")).toHaveFocus();
    await userEvent.click(screen.getByRole("radio", { name: /^Growth/ }));
    await userEvent.click(screen.getByRole("radio", { name: /^JazzCash/ }));
    expect(screen.getByText(/39,128\.50/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Get the invoice" }));

    expect(await screen.findByText("0300 1234567")).toBeVisible();
    expect(shown.pathname).toBe("/invoices/1");
    const { slug, offer } = growth;
    expect(orders).toEqual([{ plan_slug: slug, offer, payment_method: "jazzcash" }]);
  });

  it("is not offered while one waits for its payment", async () => {
    const pending_subscription = { plan: growth } as Me["pending_subscription"];
    logIn({ pending_subscription, open_invoice: invoice });
    renderApp("/upgrade");
    expect(await screen.findByText(/The plan Growth waits for its payment/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Get the invoice" })).not.toBeInTheDocument();
  });
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
    await userEvent.click(await screen.findByRole("button", { name: "Send the mail again" }));
    expect(await screen.findByText(/^Sent:/)).toBeVisible();
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
    await userEvent.type(await screen.findByLabelText("New e-mail"), "new@shop.example");
    await userEvent.type(screen.getByLabelText("Your password, once more"), "a-long-passphrase");
    await userEvent.click(screen.getByRole("button", { name: "Send the link" }));

    expect(await screen.findByText(/^We have sent a link to new@shop.example/)).toBeVisible();
    expect(screen.getByLabelText("New e-mail")).toHaveValue("");
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
    const email = await screen.findByLabelText("New e-mail");
    await userEvent.type(email, "ayesha@shop.example");
    await userEvent.click(screen.getByRole("button", { name: "Send the link" }));
    expect(screen.getByLabelText("Your password, once more")).toHaveAccessibleDescription(
      /Your password, once more/,
    );
    await userEvent.type(screen.getByLabelText("Your password, once more"), "a-long-passphrase");
    await userEvent.click(screen.getByRole("button", { name: "Send the link" }));
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
    const button = await screen.findByRole("button", { name: "Log out everywhere" });
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
    await userEvent.click(await screen.findByRole("button", { name: "Log out everywhere" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 2 minutes.");
    expect(open).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

function knowCountries() {
  server.use(
    http.get("*/api/v1/countries/", () => HttpResponse.json([])),
    http.get("*/api/v1/countries/PK/", () => HttpResponse.json(pakistan)),
  );
}

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
        /^We are preparing your file\. ayesha@lahore.* until December 2, 2026/,
      ),
    ).toBeVisible();
    expect(screen.getByLabelText("Your password")).toHaveValue("");
  });

  it("are downloaded by the link of the mail", async () => {
    const open = vi.spyOn(browser, "open").mockReturnValue();
    server.use(http.head("*/api/v1/auth/account/export/12.abc/", () => new HttpResponse(null)));
    renderApp("/account/export/12.abc");
    await userEvent.click(await screen.findByRole("button", { name: "Download my data" }));
    expect(await screen.findByText(/^The download has started/)).toBeVisible();
    expect(open).toHaveBeenCalledWith(
      expect.stringMatching(/\/api\/v1\/auth\/account\/export\/12\.abc\/$/),
    );
    vi.restoreAllMocks();
  });

  it("are asked for again where the file is gone", async () => {
    const open = vi.spyOn(browser, "open").mockReturnValue();
    server.use(
      http.head(
        "*/api/v1/auth/account/export/12.abc/",
        () => new HttpResponse(null, { status: 404 }),
      ),
    );
    renderApp("/account/export/12.abc");
    await userEvent.click(await screen.findByRole("button", { name: "Download my data" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("This file is no longer there");
    expect(screen.getByRole("link", { name: "To the account page" })).toBeVisible();
    expect(open).not.toHaveBeenCalled();
    vi.restoreAllMocks();
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
    expect(screen.queryByRole("link", { name: /Close the account/ })).toBeNull();
  });
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
    const dialog = await screen.findByRole("dialog", { name: "Close the account" });
    await userEvent.type(within(dialog).getByLabelText(/to confirm/), email);
    await userEvent.type(within(dialog).getByLabelText("Your password"), password);
    await userEvent.click(
      within(dialog).getByRole("button", { name: "Close the account for good" }),
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
    await userEvent.click(await screen.findByRole("link", { name: "Close the account…" }));
    const dialog = await screen.findByRole("dialog", { name: "Close the account" });
    for (const title of ["What ends", "What is erased", "What is kept"]) {
      expect(within(dialog).getByRole("heading", { name: title })).toBeVisible();
    }
    await fill(me.user.email);

    expect(await screen.findByRole("heading", { name: "Your account is closed" })).toBeVisible();
    expect(screen.getByText(/are kept until .*2036/)).toBeVisible();
    expect(sent).toEqual([{ confirmation: me.user.email, password: "a-long-passphrase" }]);
    expect(shown.pathname).toBe("/goodbye");
    expect(await screen.findByRole("link", { name: "Log in" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Log out" })).not.toBeInTheDocument();
    expect(screen.queryByRole("navigation", { name: "Pages" })).not.toBeInTheDocument();
    expect(sessionStorage.getItem("draft")).toBeNull();
  });

  it("wants the own e-mail typed", async () => {
    renderApp("/account/close");
    const dialog = await fill("somebody@else.example");
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "Type the e-mail that you log in with.",
    );
  });

  it("waits for a payment under review", async () => {
    logIn({ open_invoice: { ...invoice, payment_state: "under_review" } });
    renderApp("/account/close");
    const dialog = await screen.findByRole("dialog", { name: "Close the account" });
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

  it("has no goodbye for who has not closed anything", async () => {
    const shown = renderApp("/goodbye");
    await waitFor(() => {
      expect(shown.pathname).toBe("/");
    });
  });
});
