import { act, cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice, jazzcash, payment } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

describe("the confirmation", () => {
  it("is sent with the local amount and leads to the review", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/billing/admin/payments/confirm/", async ({ request }) => {
        bodies.push(await request.json());
        showInvoice({ ...invoice, payment_state: "under_review", latest_payment: payment });
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    renderApp("/invoices/1/confirm");
    await userEvent.type(await screen.findByLabelText("Transaction ID (TID)"), "20260000001");
    await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));

    expect(await screen.findByText(/We are checking that the payment/)).toBeVisible();
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
    await userEvent.click(screen.getByRole("button", { name: "Another method" }));
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
    await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));

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
    await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));

    expect(await screen.findByRole("alert")).toHaveTextContent("Transaction ID (TID)");
    expect(posted).not.toHaveBeenCalled();

    await userEvent.type(reference, "12345678901"); // a reference that was entered is sent
    await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));
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
    expect(await screen.findByText(/larger than 5 MB/)).toBeVisible();
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
        showInvoice({ ...invoice, payment_state: "under_review", latest_payment: payment });
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    await choose(slip("slip.pdf", "application/pdf"));
    await userEvent.type(screen.getByLabelText("Transaction ID (TID)"), "20260000001");
    await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));
    expect(await screen.findByText(/We are checking that the payment/)).toBeVisible();
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
        showInvoice({ ...invoice, payment_state: "rejected", latest_payment: rejected });
        return HttpResponse.json(payment, { status: 201 });
      }),
    );
    for (const attempt of [1, 2]) {
      renderApp("/invoices/1/confirm");
      const reference = await screen.findByLabelText("Transaction ID (TID)");
      expect(reference).toHaveValue("");
      await userEvent.type(reference, "20260000001");
      await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));
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
