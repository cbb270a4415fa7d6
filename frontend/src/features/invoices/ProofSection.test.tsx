import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import type { Payment } from "../../lib/api/types";
import { startLanguage } from "../../lib/messages";
import { invoice, me, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const SEND = "*/api/v1/billing/payments/5/send-proof/";
const refused: Payment = {
  ...payment,
  proof_state: "refused",
  proof_refusal: { code: "encrypted", detail: "As the API says it." },
};

/** The page of an invoice with this payment. */
function show(latest_payment: Payment): void {
  const shown = { ...invoice, payment_state: "under_review" as const, latest_payment };
  server.use(
    http.get("*/api/v1/auth/me/", () => HttpResponse.json({ ...me, open_invoice: shown })),
    http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(shown)),
    http.get("*/api/v1/billing/payments/", () =>
      HttpResponse.json({ count: 1, results: [{ ...latest_payment, events: [] }] }),
    ),
  );
  renderApp("/invoices/1");
}

const slip = (name = "slip.png") => new File(["x"], name, { type: "image/png" });

beforeEach(() => {
  URL.createObjectURL = () => "blob:slip";
  URL.revokeObjectURL = () => undefined;
});

describe("the receipt of a confirmation under review", () => {
  it("is said to be checked", async () => {
    show({ ...payment, proof_state: "checking" });
    expect(await screen.findByText(/We are checking your receipt. This takes/)).toBeVisible();
    expect(screen.queryByRole("button", { name: /receipt/ })).not.toBeInTheDocument();
  });

  it("can be opened once it is kept", async () => {
    show({ ...payment, proof_state: "kept", has_proof: true, proof_url: "/proof/5/" });
    expect(await screen.findByText(/We have your receipt/)).toBeVisible();
    const links = screen.getAllByRole("link", { name: "Your receipt" });
    expect(links[0]).toHaveAttribute("href", "/proof/5/");
  });

  it("that was refused says why, and that the confirmation stays", async () => {
    show(refused);
    expect(await screen.findByText(/The PDF is password-protected/)).toBeVisible();
    expect(screen.getByText(/Your confirmation is still under review/)).toBeVisible();
    expect(screen.queryByText("As the API says it.")).not.toBeInTheDocument();
  });

  it("says so in Urdu", async () => {
    await startLanguage("ur");
    show(refused);
    expect(await screen.findByText(/یہ PDF پاس ورڈ مانگتی ہے/)).toBeVisible();
    await startLanguage("en");
  });

  it("that is missing can be sent", async () => {
    show(payment);
    expect(await screen.findByRole("button", { name: "Send a receipt" })).toBeVisible();
  });
});

describe("another receipt", () => {
  it("goes out with a key, and is then being checked", async () => {
    const keys: (string | null)[] = [];
    const names: unknown[] = [];
    server.use(
      http.post(SEND, async ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        names.push(((await request.formData()).get("proof") as File).name);
        show({ ...payment, proof_state: "checking" });
        return HttpResponse.json({ ...payment, proof_state: "checking" });
      }),
    );
    show(refused);
    await userEvent.click(await screen.findByRole("button", { name: "Send another receipt" }));
    await userEvent.upload(screen.getByLabelText(/Choose a file/), slip());
    await userEvent.click(screen.getByRole("button", { name: "Send this receipt" }));
    await waitFor(() => {
      expect(keys).toHaveLength(1);
    });
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(names).toHaveLength(1);
    expect(
      (await screen.findAllByText(/We are checking your receipt. This takes/)).length,
    ).toBeGreaterThan(0);
  });

  it("keeps its key until there is an answer", async () => {
    const keys: (string | null)[] = [];
    server.use(
      http.post(SEND, ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return HttpResponse.error();
      }),
    );
    show(refused);
    await userEvent.click(await screen.findByRole("button", { name: "Send another receipt" }));
    await userEvent.upload(screen.getByLabelText(/Choose a file/), slip());
    for (const attempt of [1, 2]) {
      await userEvent.click(screen.getByRole("button", { name: "Send this receipt" }));
      await waitFor(() => {
        expect(keys).toHaveLength(attempt);
      });
      expect(await screen.findByText(/We can't reach the server/)).toBeVisible();
    }
    expect(keys[1]).toBe(keys[0]);
    expect(screen.getByText("slip.png")).toBeVisible();
  });

  it("has to be chosen first", async () => {
    show(refused);
    await userEvent.click(await screen.findByRole("button", { name: "Send another receipt" }));
    await userEvent.click(screen.getByRole("button", { name: "Send this receipt" }));
    expect(await screen.findByText("Choose a file.")).toBeVisible();
    expect(screen.getByLabelText(/Choose a file/)).toHaveFocus();
  });

  it("beyond the day's limit is refused in words of its own", async () => {
    const detail = "This account has sent as many files as are taken in a day.";
    const errors = [{ code: "proof_limit_reached", detail, attr: "proof" }];
    server.use(
      http.post(SEND, () => HttpResponse.json({ type: "client_error", errors }, { status: 429 })),
    );
    show(refused);
    await userEvent.click(await screen.findByRole("button", { name: "Send another receipt" }));
    await userEvent.upload(screen.getByLabelText(/Choose a file/), slip());
    await userEvent.click(screen.getByRole("button", { name: "Send this receipt" }));
    expect(await screen.findByText(detail)).toBeVisible();
  });
});
