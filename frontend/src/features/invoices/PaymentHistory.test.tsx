import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Invoice, Payment } from "../../lib/api/types";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice, me, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const refused: Payment = {
  ...payment,
  proof_state: "refused",
  proof_refusal: { code: "encrypted", detail: "As the API says it." },
};

afterEach(() => {
  vi.useRealTimers();
  server.events.removeAllListeners();
});

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

describe("the history", () => {
  it("tells what happened to each confirmation", async () => {
    const failed = { ...payment, status: "failed" as const, admin_notes: "Not found" };
    const event = { actor: null, created_at: "2026-11-23T10:00:00Z", from_state: "" };
    showInvoice({ ...invoice, payment_state: "rejected", latest_payment: failed });
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
    const told = await screen.findByText(/we couldn't accept it/);
    expect(told).toHaveTextContent(/we couldn't accept it: Not found$/);
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
    showInvoice({ ...invoice, payment_state: "under_review", latest_payment: sent });
    server.use(history(submitted));
    renderApp("/invoices/1");
    expect(await screen.findByText(/We are checking that the payment/)).toBeVisible();
    server.events.on("request:start", listen);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(asked).toEqual(["/api/v1/auth/me/", "/api/v1/auth/me/"]);
    showInvoice({ ...invoice, status: "paid", payment_state: "paid", latest_payment: sent });
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
    await userEvent.click(screen.getByRole("link", { name: "See status" }));
    expect(await screen.findByText(/INV-2026-000002/, { selector: "h1" })).toBeVisible();
    expect(screen.queryByText(payment.manual_reference)).not.toBeInTheDocument();
    answer(null);
    expect((await screen.findAllByText("SECOND")).length).toBeGreaterThan(0);
  });

  it("tells of receipts in the reader's words, without the server's own", async () => {
    showInvoice({ ...invoice, payment_state: "under_review", latest_payment: refused });
    renderApp("/invoices/1");
    const event = { actor: "system", from_state: "pending_approval", to_state: "pending_approval" };
    server.use(
      http.get("*/api/v1/billing/payments/", () => {
        const at = (minute: number) => `2026-11-23T10:0${minute}:00Z`;
        const events = [
          { ...event, event: "refuse_proof", note: "English", created_at: at(0) },
          { ...event, event: "replace_proof", note: "", created_at: at(5) },
        ];
        return HttpResponse.json({ count: 1, results: [{ ...refused, events }] });
      }),
    );
    expect(await screen.findByText(/your receipt couldn't be used/)).toBeVisible();
    expect(screen.getByText(/you sent a receipt/)).toBeVisible();
    expect(screen.queryByText(/English/)).not.toBeInTheDocument();
  });
});
