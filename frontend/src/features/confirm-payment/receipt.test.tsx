import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { StrictMode } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { knowPayments, showInvoice } from "../../testing/answers";
import { invoice } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

// jsdom has no IndexedDB; e2e/nothing-lost.spec.ts counts the reads of a real one.
const kept = vi.hoisted(() => ({ files: new Map<string, File>(), reads: 0 }));
vi.mock("idb-keyval", () => ({
  get: (name: string) => {
    kept.reads += 1;
    return Promise.resolve(kept.files.get(name));
  },
  set: (name: string, file: File) => Promise.resolve(kept.files.set(name, file)),
  del: (name: string) => Promise.resolve(kept.files.delete(name)),
}));

const slip = () => new File(["%PDF-1.7"], "slip.pdf", { type: "application/pdf" });

beforeEach(() => {
  kept.files.clear();
  kept.reads = 0;
  showInvoice(invoice);
  knowPayments();
});

function refuseTheProof(detail: string) {
  server.use(
    http.post("*/api/v1/billing/admin/payments/confirm/", () =>
      HttpResponse.json(
        { type: "validation_error", errors: [{ code: "x", detail, attr: "proof" }] },
        { status: 400 },
      ),
    ),
  );
}

async function choose(file: File) {
  await userEvent.upload(await screen.findByLabelText(/Choose a file/), file);
  expect(await screen.findByText(file.name)).toBeVisible();
}

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));

it("is read back from the browser once", async () => {
  kept.files.set("confirm:1", slip());
  renderApp("/invoices/1/confirm");
  expect(await screen.findByText("slip.pdf")).toBeVisible();
  await userEvent.type(screen.getByLabelText("Transaction ID (TID)"), "2026");
  await aMoment();
  expect(kept.reads).toBe(1);
});

it("stays taken back where it was read meanwhile", async () => {
  renderApp("/invoices/1/confirm");
  await choose(slip());
  await userEvent.click(screen.getByRole("button", { name: "Remove" }));
  await aMoment();
  expect(screen.queryByText("slip.pdf")).not.toBeInTheDocument();
  expect(kept.files.size).toBe(0);
});

it("keeps the server's refusal in sight, in the focus and at the file", async () => {
  refuseTheProof("This file can't be read.");
  renderApp("/invoices/1/confirm");
  await choose(slip());
  await userEvent.type(screen.getByLabelText("Transaction ID (TID)"), "20260000001");
  await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));
  const summary = await screen.findByRole("alert");
  await aMoment();

  expect(summary).toHaveTextContent("This file can't be read.");
  expect(summary).toHaveFocus();
  expect(screen.getByText("slip.pdf")).toBeVisible();
  await userEvent.click(screen.getByRole("link", { name: "This file can't be read." }));
  expect(screen.getByRole("group", { name: /Receipt or screenshot/ })).toHaveFocus();
  expect(document.activeElement).toHaveAccessibleDescription(/This file can't be read\./);
});

it("says of the file what was refused last", async () => {
  refuseTheProof("This file can't be read.");
  renderApp("/invoices/1/confirm");
  await choose(slip());
  const text = new File(["paid"], "notes.txt", { type: "text/plain" });
  const paste = Object.assign(new Event("paste"), { clipboardData: { files: [text] } });
  document.dispatchEvent(paste);
  expect(await screen.findByText(/notes.txt can't be used/)).toBeVisible();
  await userEvent.type(screen.getByLabelText("Transaction ID (TID)"), "20260000001");
  await userEvent.click(screen.getByRole("button", { name: "Send confirmation" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This file can't be read.");
  expect(screen.queryByText(/notes.txt can't be used/)).not.toBeInTheDocument();
});

it("is previewed while its address is valid, in strict mode too", async () => {
  const valid = new Set<string>();
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => {
    const address = `blob:${Math.random()}`;
    valid.add(address);
    return address;
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((address) => void valid.delete(address));
  renderApp("/invoices/1/confirm", StrictMode);
  await choose(new File(["png"], "shot.png", { type: "image/png" }));

  const shown = screen.getByAltText("Your receipt");
  await waitFor(() => {
    expect(valid.has(shown.getAttribute("src") ?? "")).toBe(true);
  });
  expect(valid.size).toBe(1);
  await userEvent.click(screen.getByRole("button", { name: "Remove" }));
  expect(valid.size).toBe(0);
});
