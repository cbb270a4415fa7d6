import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CurrentSubscription, Me } from "../../lib/api/types";
import { startLanguage } from "../../lib/messages";
import { colleague, conflict, knowPayments, showPlan } from "../../testing/answers";
import {
  active,
  claim,
  growth,
  invoice,
  noPlan,
  renewal,
  running,
  stages,
  starter,
} from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

const CURRENT = "*/api/v1/billing/subscriptions/current/";

beforeEach(knowPayments);

afterEach(() => startLanguage("en"));

/** Opens the page of a plan, and returns what is in it. */
async function openPlan(current: CurrentSubscription, changes: Partial<Me> = {}) {
  showPlan(current, changes);
  renderApp("/plan");
  await screen.findAllByRole("heading", { level: 2 });
  return screen.getByRole("main");
}

/** What can be pressed. */
function actionsIn(main: HTMLElement) {
  return [...main.querySelectorAll("button, a")].map(({ textContent }) => textContent);
}

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

describe("the plan", () => {
  it("says what runs until when, what it costs and what is to be paid", async () => {
    const main = await openPlan(stages.renewal_open);
    for (const fact of [
      "Price$89.00 a month",
      "Current periodJanuary 1 – 31, 2027",
      "Paid untilJanuary 31, 2027",
      "To pay$89.00 (PKR 25,053.50) by January 31, 2027",
      "Next period unpaid",
    ]) {
      expect(main).toHaveTextContent(fact);
    }
  });

  it("says what it will cost, and from when", async () => {
    const price_change = {
      price: { amount: "99.00", currency: "USD" },
      first_day: "2027-03-01",
    };
    const main = await openPlan({ ...running, price_change });
    expect(main).toHaveTextContent("Price$89.00 a month");
    expect(main).toHaveTextContent("Price from March 1, 2027$99.00 a month");
  });

  it("says that it was paid ahead", async () => {
    await openPlan({ ...running, paid_until_day: "2027-02-28" });
    expect(screen.getByText("You have paid ahead, until February 28, 2027.")).toBeVisible();
  });

  it("says what was ordered while that isn't paid", async () => {
    const order = { ...renewal, kind: "initial" as const, period: null };
    const main = await openPlan(
      { ...noPlan, stage: "order", plan: starter, open_invoice: order },
      { pending_subscription: { plan: growth } as Me["pending_subscription"] },
    );
    expect(main).toHaveTextContent("You have ordered the Growth plan.");
    expect(actionsIn(main)).toEqual(["See how to pay", "Change plan"]);
  });

  it.each([
    ["pending_payment", "You have no plan", "are still here"],
    ["trial", "Trial", "You are trying everything for free."],
  ] as const)("leads on who has none (%s)", async (status, title, text) => {
    const main = await openPlan(noPlan, { account: { ...active, status } });
    expect(screen.getByRole("heading", { name: title })).toBeVisible();
    expect(main).toHaveTextContent(text);
    expect(within(main).getByRole("link")).toHaveAttribute("href", "/upgrade");
  });

  it.each([
    ["active", ["Pay the next period now", "Change plan", "Cancel plan…"]],
    ["renewal_open", ["See how to pay", "Change plan", "Cancel plan…"]],
    ["suspended", ["See how to pay", "Change plan", "Cancel plan…"]],
    ["under_review", ["See status"]],
    ["ending", ["Keep plan"]],
  ] as const)("offers what can be done at the stage %s", async (stage, actions) => {
    expect(actionsIn(await openPlan(stages[stage]))).toEqual(actions);
  });

  it("explains why nothing can be changed", async () => {
    await openPlan(stages.under_review);
    expect(screen.getByText(/You can withdraw the confirmation/)).toBeVisible();
  });

  it("is changed by its owner only", async () => {
    const main = await openPlan(stages.renewal_open, colleague);
    expect(actionsIn(main)).toEqual(["See how to pay"]);
    expect(screen.getByText(/Only the owner/)).toBeVisible();
  });

  it("can be read in Urdu", async () => {
    await startLanguage("ur");
    const main = await openPlan(stages.suspended);
    expect(main).toHaveTextContent(/موجودہ مدت/);
    expect(main).toHaveTextContent(/کب کیا ہوگا/);
    expect(main).not.toHaveTextContent(/undefined|null/);
  });
});

describe("what happens when", () => {
  const entries = () =>
    within(screen.getByRole("region", { name: "What happens when" }))
      .getAllByRole("listitem")
      .map(({ textContent }) => textContent);

  it("is told day by day, with the day to pay by while that is to come", async () => {
    vi.useFakeTimers({ now: new Date("2027-01-25T12:00:00Z"), toFake: ["Date"] });
    await openPlan(stages.renewal_open);
    vi.useRealTimers();
    expect(entries()).toEqual([
      expect.stringMatching(/^January 28, 2027We remind you/),
      "January 31, 2027Last day to pay the invoice.",
      expect.stringMatching(/^February 1, 2027.*Everything works/),
      expect.stringMatching(/^February 4, 2027Your plan is past due.*We tell you by email/),
      expect.stringMatching(/^February 8, 2027You get a last notice/),
      expect.stringMatching(/^February 10, 2027Your account is paused/),
      expect.stringMatching(/^March 5, 2027/),
      expect.stringMatching(/^March 12, 2027Your plan ends and the invoice is void/),
    ]);
  });

  it("isn't there if nothing comes", async () => {
    await openPlan(stages.active);
    expect(screen.queryByText("What happens when")).toBeNull();
  });
});

describe("the next period", () => {
  it("is paid early: its invoice is shown", async () => {
    const keys: (string | null)[] = [];
    server.use(
      http.post(`${CURRENT}renew/`, ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        return HttpResponse.json(stages.renewal_open);
      }),
      http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)),
    );
    await openPlan(stages.active);
    await press("Pay the next period now");
    expect(await screen.findByRole("heading", { name: /^Invoice INV/ })).toBeVisible();
    expect(keys).toEqual([expect.stringMatching(/\w{32}/)]);
  });

  it("isn't, for a reason, and the page shows how things are", async () => {
    server.use(
      http.post(`${CURRENT}renew/`, () => {
        showPlan(stages.renewal_open);
        return conflict("renewal_already_open", "The next period is invoiced already.");
      }),
    );
    await openPlan(stages.active);
    await press("Pay the next period now");
    expect(await screen.findByRole("link", { name: "See how to pay" })).toBeVisible();
  });

  it("isn't requested twice by who presses again after no answer", async () => {
    const keys = new Set<string | null>();
    server.use(
      http.post(`${CURRENT}renew/`, ({ request }) => {
        keys.add(request.headers.get("Idempotency-Key"));
        return HttpResponse.error();
      }),
    );
    await openPlan(stages.active);
    await press("Pay the next period now");
    expect(await screen.findByRole("alert")).toHaveTextContent(/can't reach the server/);
    await press("Pay the next period now");
    await screen.findByRole("alert");
    expect(keys.size).toBe(1);
  });

  it("shows the plan that was chosen for it, which can be dropped", async () => {
    const chosen = { ...running, next_plan: growth };
    let attempts = 0;
    server.use(
      http.delete(`${CURRENT}plan/`, () => {
        attempts += 1;
        if (attempts === 1) return conflict("too_many_plan_changes", "Try again tomorrow.");
        showPlan(running);
        return HttpResponse.json(running);
      }),
    );
    await openPlan(chosen);
    expect(screen.getByText(/You have chosen the Growth plan/)).toBeVisible();
    await press("Stay on the Starter plan");
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again tomorrow.");
    await press("Stay on the Starter plan");
    await waitFor(() => {
      expect(screen.queryByText(/You have chosen the Growth plan/)).toBeNull();
    });
  });

  it("is on no other plan once the plan is cancelled", async () => {
    await openPlan({ ...stages.ending, next_plan: growth });
    expect(screen.queryByText(/You have chosen the Growth plan/)).toBeNull();
  });

  it("shows the chosen plan to others, who can't drop it", async () => {
    const main = await openPlan({ ...running, next_plan: growth }, colleague);
    expect(screen.getByText(/You have chosen the Growth plan/)).toBeVisible();
    expect(actionsIn(main)).toEqual([]);
  });
});

describe("cancelling", () => {
  async function openDialog(current: CurrentSubscription) {
    await openPlan(current);
    await userEvent.click(screen.getByRole("link", { name: "Cancel plan…" }));
    return screen.findByRole("dialog", { name: "Cancel your plan?" });
  }

  it("says what works until when, what is void and what stays; and takes a reason", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post(`${CURRENT}cancel/`, async ({ request }) => {
        sent.push(await request.json());
        showPlan(stages.ending);
        return HttpResponse.json(stages.ending);
      }),
    );
    const dialog = await openDialog({ ...stages.renewal_open, next_plan: growth });
    for (const text of [
      "Your Starter plan and everything in it works until January 31, 2027.",
      "Invoice INV-2026-000001 is voided",
      "The change to the Growth plan is dropped.",
      "Your account, your sites and your invoices.",
      "Until January 31, 2027, you can change your mind",
    ]) {
      expect(dialog).toHaveTextContent(text);
    }
    await userEvent.type(within(dialog).getByLabelText(/Why are you cancelling/), "Too dear");
    await press("Yes, cancel plan");
    expect(await screen.findByRole("button", { name: "Keep plan" })).toBeVisible();
    expect(screen.getByText(/The last day of your plan is January 31, 2027/)).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(sent).toEqual([{ reason: "Too dear" }]);
  });

  it.each(["renewal_open", "past_due"] as const)(
    "ends a plan at once whose paid time is over (%s), though its due day may be extended",
    async (stage) => {
      vi.useFakeTimers({ now: new Date("2027-02-01T12:00:00Z"), toFake: ["Date"] });
      const dialog = await openDialog(stages[stage]);
      vi.useRealTimers();
      expect(dialog).toHaveTextContent("Your Starter plan ends now");
      expect(dialog).not.toHaveTextContent("change your mind");
    },
  );

  it("lets a paid period go by that hasn't begun, with its plan", async () => {
    vi.useFakeTimers({ now: new Date("2027-02-01T12:00:00Z"), toFake: ["Date"] });
    const ahead = { ...running, paid_until_day: "2027-02-28", next_plan: growth };
    const paidFor = { ...ahead, may: { ...running.may, choose_plan: false } };
    const dialog = await openDialog(paidFor);
    vi.useRealTimers();
    expect(dialog).toHaveTextContent("everything in it works until February 28, 2027.");
    expect(dialog).not.toHaveTextContent("is dropped");
  });

  it("says that a choice is dropped, though the present plan is paid ahead", async () => {
    vi.useFakeTimers({ now: new Date("2027-01-07T12:00:00Z"), toFake: ["Date"] });
    const ahead = { ...running, paid_until_day: "2027-02-28", next_plan: growth };
    const dialog = await openDialog(ahead);
    vi.useRealTimers();
    expect(dialog).toHaveTextContent("The change to the Growth plan is dropped.");
  });

  it("says at the question why it can't be", async () => {
    server.use(
      http.post(`${CURRENT}cancel/`, () => conflict("x", "A payment is under review: wait.")),
    );
    const dialog = await openDialog(stages.active);
    await press("Yes, cancel plan");
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("A payment is under review");
    await press("Keep plan");
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
  });

  it.each([
    ["who doesn't own the account", stages.active, colleague],
    ["a plan whose payment is under review", { ...stages.under_review, claim }, {}],
  ])("isn't there for %s", async (_name, current, changes) => {
    showPlan(current, changes);
    const shown = renderApp("/plan/cancel");
    await screen.findByRole("heading", { name: "Starter" });
    await waitFor(() => {
      expect(shown.pathname).toBe("/plan");
    });
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});
