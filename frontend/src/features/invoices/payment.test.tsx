import { act, cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Invoice } from "../../lib/api/types";
import { invoice, jazzcash, me, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

function show(shown: Invoice) {
  server.use(
    http.get("*/api/v1/auth/me/", () =>
      HttpResponse.json({ ...me, open_invoice: shown.status === "pending" ? shown : null }),
    ),
    http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(shown)),
  );
}

afterEach(() => {
  vi.useRealTimers();
  server.events.removeAllListeners();
});

beforeEach(() => {
  show(invoice);
  server.use(
    http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([jazzcash])),
    http.get("*/api/v1/billing/payments/", () => HttpResponse.json({ count: 0, results: [] })),
  );
});

describe("a void invoice", () => {
  const isVoid: Invoice = {
    ...invoice,
    status: "void",
    payment_state: "void",
    void_reason: "Ordered by mistake",
  };

  it("says why, and leads on who has no other order", async () => {
    show(isVoid);
    renderApp("/invoices/1");
    expect(await screen.findByText("Ordered by mistake")).toBeVisible();
    expect(screen.getByRole("link", { name: "Choose a plan" })).toHaveAttribute("href", "/upgrade");
  });

  it("leaves the dashboard with a way on, and asks for no payment", async () => {
    show(isVoid);
    renderApp("/");
    expect(await screen.findByText(/your last invoice is void/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Choose a plan" })).toBeVisible();
    expect(screen.queryByText(/Pay your invoice/)).toBeNull();
    expect(screen.getByText("Not active")).toBeVisible();
    expect(screen.queryByText("Starter")).toBeNull();
  });
});

describe("an order that somebody doesn't want any more", () => {
  const isVoid: Invoice = { ...invoice, status: "void", payment_state: "void" };

  it("is cancelled by who is sure, and leads on", async () => {
    const asked: string[] = [];
    server.use(
      http.post("*/api/v1/billing/invoices/1/cancel/", ({ request }) => {
        asked.push(request.url);
        show({ ...isVoid, void_reason: "Cancelled by the customer." });
        return HttpResponse.json(isVoid);
      }),
    );
    renderApp("/invoices/1");
    await userEvent.click(await screen.findByRole("button", { name: "Cancel this order" }));
    await userEvent.click(screen.getByRole("button", { name: "Keep it" }));
    await userEvent.click(screen.getByRole("button", { name: "Cancel this order" }));
    expect(screen.getByRole("alert")).toHaveTextContent("Only if you haven't sent any money");
    expect(asked).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Cancel the order" }));
    expect(await screen.findByText("Cancelled by the customer.")).toBeVisible();
    expect(screen.getByRole("link", { name: "Choose a plan" })).toHaveAttribute("href", "/upgrade");
    expect(asked).toHaveLength(1);
  });

  it("says why it can't be, at the question", async () => {
    server.use(
      http.post("*/api/v1/billing/invoices/1/cancel/", () =>
        HttpResponse.json(
          {
            type: "client_error",
            errors: [{ code: "x", detail: "A payment is under review.", attr: null }],
            state: "under_review",
          },
          { status: 409 },
        ),
      ),
    );
    renderApp("/invoices/1");
    await userEvent.click(await screen.findByRole("button", { name: "Cancel this order" }));
    await userEvent.click(screen.getByRole("button", { name: "Cancel the order" }));
    expect(await screen.findByText("A payment is under review.")).toBeVisible();
  });

  it.each(["under_review", "paid", "void"] as const)("can't be while it is %s", async (state) => {
    show({ ...invoice, payment_state: state, latest_payment: payment });
    renderApp("/invoices/1");
    await screen.findByRole("heading", { name: /^Invoice/ });
    expect(screen.queryByRole("button", { name: "Cancel this order" })).toBeNull();
  });

  it("tells who has it under review to wait, where another plan is chosen", async () => {
    server.use(
      http.get("*/api/v1/auth/me/", () =>
        HttpResponse.json({
          ...me,
          open_invoice: { ...invoice, payment_state: "under_review" },
          pending_subscription: { plan: { name: "Growth" } },
        }),
      ),
    );
    renderApp("/upgrade");
    expect(await screen.findByText(/for the plan Growth is being checked/)).toBeVisible();
  });
});

it("says on every page where to ask", async () => {
  renderApp("/invoices/1");
  const link = await screen.findByRole("link", { name: "Questions? Write to IGNY8" });
  expect(link).toHaveAttribute("href", "mailto:help@igny8.example");
});

describe("the confirmation", () => {
  it("is sent with the local amount and leads to the review", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/billing/admin/payments/confirm/", async ({ request }) => {
        bodies.push(await request.json());
        show({ ...invoice, payment_state: "under_review", latest_payment: payment });
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    renderApp("/invoices/1/confirm");
    await userEvent.type(await screen.findByLabelText("Transaction ID (TID)"), "20260000001");
    await userEvent.click(screen.getByRole("button", { name: "Send the confirmation" }));

    expect(await screen.findByText(/A person now checks/)).toBeVisible();
    expect(bodies).toEqual([
      expect.objectContaining({
        invoice_id: 1,
        payment_method: "jazzcash",
        amount: "25053.50",
        currency: "PKR",
        manual_reference: "20260000001",
      }),
    ]);
  });

  it("is by the invoice's own method though that is offered no more", async () => {
    const raast = { ...jazzcash, id: 4, payment_method: "raast", display_name: "Raast" };
    server.use(
      http.get("*/api/v1/billing/admin/payment-methods/", () => HttpResponse.json([raast])),
    );
    renderApp("/invoices/1/confirm");
    expect(await screen.findByLabelText("Transaction ID (TID)")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Another way" }));
    expect(screen.getByRole("radio", { name: /JazzCash/ })).toBeChecked();
    expect(screen.getByRole("radio", { name: /Raast/ })).not.toBeChecked();
  });

  it("shows the server's refusal at its field", async () => {
    server.use(
      http.post("*/api/v1/billing/admin/payments/confirm/", () =>
        HttpResponse.json(
          {
            type: "validation_error",
            errors: [{ code: "x", detail: "Not a TID of ours.", attr: "manual_reference" }],
          },
          { status: 400 },
        ),
      ),
    );
    renderApp("/invoices/1/confirm");
    const reference = await screen.findByLabelText("Transaction ID (TID)");
    await userEvent.type(reference, "20260000001");
    await userEvent.click(screen.getByRole("button", { name: "Send the confirmation" }));

    await waitFor(() => {
      expect(reference).toHaveAccessibleDescription(/Not a TID of ours\./);
    });
    expect(reference).toHaveValue("20260000001");
    expect(screen.getByRole("alert")).toHaveFocus();
  });

  it("is not sent without a reference", async () => {
    const posted = vi.fn();
    server.use(
      http.post("*/api/v1/billing/admin/payments/confirm/", () => {
        posted();
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    renderApp("/invoices/1/confirm");
    const reference = await screen.findByLabelText("Transaction ID (TID)");
    await userEvent.type(reference, "  ");
    await userEvent.click(screen.getByRole("button", { name: "Send the confirmation" }));

    expect(await screen.findByRole("alert")).toHaveTextContent("Transaction ID (TID)");
    expect(posted).not.toHaveBeenCalled();

    await userEvent.type(reference, "12345678901"); // as soon as there is one, it is sent
    await userEvent.click(screen.getByRole("button", { name: "Send the confirmation" }));
    await waitFor(() => {
      expect(posted).toHaveBeenCalledOnce();
    });
  });
});

describe("the proof", () => {
  const slip = (name: string, type: string, size = 10) =>
    new File([new Uint8Array(size)], name, { type });

  async function choose(file: File) {
    renderApp("/invoices/1/confirm");
    const field = await screen.findByLabelText(/Choose a file/);
    await userEvent.setup({ applyAccept: false }).upload(field, file);
  }

  it("is shown before it is sent, and can be taken back", async () => {
    await choose(slip("slip.pdf", "application/pdf"));
    expect(await screen.findByText("slip.pdf")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Remove" }));
    expect(screen.queryByText("slip.pdf")).not.toBeInTheDocument();
  });

  it("is refused at once where it can't be one", async () => {
    await choose(slip("notes.txt", "text/plain"));
    expect(await screen.findByText(/notes.txt can't be used/)).toBeVisible();
  });

  it("is refused where it is too large", async () => {
    await choose(slip("slip.png", "image/png", 5 * 1024 * 1024 + 1));
    expect(await screen.findByText(/more than 5 MB/)).toBeVisible();
  });

  it("is taken from the clipboard", async () => {
    renderApp("/invoices/1/confirm");
    await screen.findByLabelText(/Choose a file/);
    const paste = new Event("paste");
    Object.assign(paste, { clipboardData: { files: [slip("shot.png", "image/png")] } });
    URL.createObjectURL = () => "blob:shot";
    URL.revokeObjectURL = () => undefined;
    act(() => {
      document.dispatchEvent(paste);
    });
    expect(await screen.findByText("shot.png")).toBeVisible();
    expect(screen.getByAltText("Your receipt")).toHaveAttribute("src", "blob:shot");
  });

  it("goes out with the form", async () => {
    const forms: FormData[] = [];
    server.use(
      http.post("*/api/v1/billing/admin/payments/confirm/", async ({ request }) => {
        forms.push(await request.formData());
        show({ ...invoice, payment_state: "under_review", latest_payment: payment });
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    await choose(slip("slip.pdf", "application/pdf"));
    await userEvent.type(screen.getByLabelText("Transaction ID (TID)"), "20260000001");
    await userEvent.click(screen.getByRole("button", { name: "Send the confirmation" }));
    expect(await screen.findByText(/A person now checks/)).toBeVisible();
    expect(forms[0]?.get("proof")).not.toBeNull();
    expect(forms[0]?.get("manual_reference")).toBe("20260000001");
  });
});

describe("the draft", () => {
  it("is gone once it is sent, and its key with it", async () => {
    const keys: (string | null)[] = [];
    const rejected = { ...payment, status: "failed" as const, admin_notes: "Not found" };
    server.use(
      http.post("*/api/v1/billing/admin/payments/confirm/", ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        show({ ...invoice, payment_state: "rejected", latest_payment: rejected });
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    for (const attempt of [1, 2]) {
      renderApp("/invoices/1/confirm");
      const reference = await screen.findByLabelText("Transaction ID (TID)");
      expect(reference).toHaveValue("");
      await userEvent.type(reference, "20260000001");
      await userEvent.click(screen.getByRole("button", { name: "Send the confirmation" }));
      await waitFor(() => {
        expect(keys).toHaveLength(attempt);
      });
      await waitFor(() => {
        expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
      });
      cleanup();
    }
    expect(keys[1]).not.toBe(keys[0]);
  });

  it("is there again after the page was left", async () => {
    renderApp("/invoices/1/confirm");
    await userEvent.type(await screen.findByLabelText("Transaction ID (TID)"), "2026");
    cleanup();
    renderApp("/invoices/1/confirm");
    expect(await screen.findByLabelText("Transaction ID (TID)")).toHaveValue("2026");
  });
});

describe("the history", () => {
  it("tells what happened to each confirmation", async () => {
    const failed = { ...payment, status: "failed" as const, admin_notes: "Not found" };
    const event = { actor: null, created_at: "2026-11-23T10:00:00Z", from_state: "" };
    show({ ...invoice, payment_state: "rejected", latest_payment: failed });
    server.use(
      http.get("*/api/v1/billing/payments/", () =>
        HttpResponse.json({
          count: 1,
          results: [
            {
              ...failed,
              events: [{ ...event, event: "reject", to_state: "failed", note: "Not found" }],
            },
          ],
        }),
      ),
    );
    renderApp("/invoices/1");
    const told = await screen.findByText(/we could not accept it/);
    expect(told).toHaveTextContent(/we could not accept it: Not found$/);
  });

  it("follows a decision that is made meanwhile, with one request at a time", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const sent = { ...payment, submitted_at: new Date().toISOString() };
    const event = { actor: null, created_at: "2026-11-23T10:00:00Z", from_state: "", note: "" };
    const submitted = { ...event, event: "confirm", to_state: "pending_approval" };
    const history = (...events: object[]) =>
      http.get("*/api/v1/billing/payments/", () =>
        HttpResponse.json({ count: 1, results: [{ ...sent, events }] }),
      );
    const asked: string[] = [];
    const listen = ({ request }: { request: Request }) => {
      asked.push(new URL(request.url).pathname);
    };
    show({ ...invoice, payment_state: "under_review", latest_payment: sent });
    server.use(history(submitted));
    renderApp("/invoices/1");
    expect(await screen.findByText(/A person now checks/)).toBeVisible();
    server.events.on("request:start", listen);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(asked).toEqual(["/api/v1/auth/me/", "/api/v1/auth/me/"]);
    show({ ...invoice, status: "paid", payment_state: "paid", latest_payment: sent });
    server.use(history(submitted, { ...event, event: "approve", to_state: "succeeded" }));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await screen.findByText(/: we found the payment/)).toBeVisible();
  });

  it("is that of its own invoice alone, also on the way from one to another", async () => {
    const voided: Invoice = { ...invoice, status: "void", payment_state: "void" };
    const second = { ...payment, id: 6, manual_reference: "SECOND" };
    const open: Invoice = {
      ...invoice,
      id: 2,
      number: "INV-2026-000002",
      payment_state: "under_review",
      latest_payment: second,
    };
    let answer: (value: unknown) => void = () => undefined;
    const slow = new Promise((resolve) => (answer = resolve));
    server.use(
      http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, open_invoice: open })),
      http.get("*/api/v1/billing/invoices/1/", () =>
        HttpResponse.json({ ...voided, latest_payment: payment }),
      ),
      http.get("*/api/v1/billing/invoices/2/", () => HttpResponse.json(open)),
      http.get("*/api/v1/billing/payments/", async ({ request }) => {
        const isFirst = new URL(request.url).searchParams.get("invoice") === "1";
        if (!isFirst) await slow;
        const shown = isFirst ? payment : second;
        return HttpResponse.json({ count: 1, results: [{ ...shown, events: [] }] });
      }),
    );
    renderApp("/invoices/1");
    expect(await screen.findByText(payment.manual_reference)).toBeVisible();
    await userEvent.click(screen.getByRole("link", { name: "See where it stands" }));
    expect(await screen.findByText(/INV-2026-000002/, { selector: "h1" })).toBeVisible();
    expect(screen.queryByText(payment.manual_reference)).not.toBeInTheDocument();
    answer(null);
    expect((await screen.findAllByText("SECOND")).length).toBeGreaterThan(0);
  });
});

describe("the invoice", () => {
  it("says why a confirmation was rejected and offers to try again", async () => {
    const rejected = { ...payment, status: "failed" as const, admin_notes: "Reference not found" };
    show({ ...invoice, payment_state: "rejected", latest_payment: rejected });
    renderApp("/invoices/1");

    expect(await screen.findByText(/Reference not found/)).toBeVisible();
    expect(screen.getByRole("link", { name: "I have paid" })).toHaveAttribute(
      "href",
      "/invoices/1/confirm",
    );
  });

  it("copies the amount as plain digits", async () => {
    const user = userEvent.setup();
    renderApp("/invoices/1");
    await user.click(await screen.findByRole("button", { name: "Copy Amount to send" }));

    expect(await navigator.clipboard.readText()).toBe("25053.50");
  });
});

describe("the banner", () => {
  it.each([
    ["due", /is due by/, "See how to pay"],
    ["overdue", /was due by/, "See how to pay"],
    ["under_review", /is being checked/, "See where it stands"],
    ["rejected", /Reference not found/, "Try again"],
  ] as const)("tells of an invoice that is %s", async (payment_state, text, link) => {
    const latest_payment = { ...payment, admin_notes: "Reference not found" };
    show({ ...invoice, payment_state, latest_payment });
    renderApp("/");

    const banner = await screen.findByRole("region", { name: "Payment" });
    expect(banner).toHaveTextContent(text);
    const way = within(banner).getByRole("link", { name: link });
    expect(way).toHaveAttribute("href", "/invoices/1");
  });

  it("is gone when nothing is to be paid", async () => {
    show({ ...invoice, status: "paid", payment_state: "paid" });
    renderApp("/");

    await screen.findByRole("heading", { name: /Welcome/ });
    expect(screen.queryByRole("region", { name: "Payment" })).not.toBeInTheDocument();
  });
});
