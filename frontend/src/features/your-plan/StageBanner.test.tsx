import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CurrentSubscription, Me } from "../../lib/api/types";
import { startLanguage } from "../../lib/messages";
import { colleague, conflict, knowPayments, showInvoice, showPlan } from "../../testing/answers";
import { active, claim, invoice, noPlan, payment, renewing, stages } from "../../testing/examples";
import { renderApp } from "../../testing/renderApp";
import { server } from "../../testing/server";

beforeEach(() => {
  showInvoice(invoice);
  knowPayments();
});

afterEach(() => startLanguage("en"));

describe("the banner", () => {
  it.each([
    ["due", /is due by/, "See how to pay"],
    ["overdue", /was due by/, "See how to pay"],
    ["under_review", /We have been checking your payment/, "See status"],
    ["rejected", /Reference not found/, "Try again"],
  ] as const)("tells of an invoice that is %s", async (payment_state, text, link) => {
    const latest_payment = { ...payment, admin_notes: "Reference not found" };
    showInvoice({ ...invoice, payment_state, latest_payment });
    renderApp("/");

    const banner = await screen.findByRole("region", { name: "Payment" });
    expect(banner).toHaveTextContent(text);
    const way = within(banner).getByRole("link", { name: link });
    expect(way).toHaveAttribute("href", "/invoices/1");
  });

  it("is gone when nothing is to be paid", async () => {
    showInvoice({ ...invoice, status: "paid", payment_state: "paid" });
    renderApp("/");

    await screen.findByRole("heading", { name: /Welcome/ });
    expect(screen.queryByRole("region", { name: "Payment" })).not.toBeInTheDocument();
  });
});

const PAYMENT = /^(Payment|ادائیگی)$/;
const PLAN = /^(Your plan|آپ کا پلان)$/;
const PAY: Way = ["Pay", "/invoices/1"];
const SEE: Way = ["See your plan", "/plan"];

type Way = [words: string, to: string];

interface Stage {
  stage: keyof typeof stages;
  region: RegExp;
  en: string;
  ur: RegExp;
  ways: Way[];
}

/** What each stage says in each language, and where it leads. */
const STAGES: Stage[] = [
  {
    stage: "renewal_open",
    region: PAYMENT,
    en: "Next period February 1 – 28, 2027: pay $89.00 (PKR 25,053.50) by January 31, 2027.",
    ur: /اگلی مدت .*1–28 فروری 2027.*: 31 جنوری، 2027 تک .*89\.00.* ادا کریں/,
    ways: [PAY, ["Change plan", "/upgrade"], ["Cancel plan", "/plan/cancel"]],
  },
  {
    stage: "grace",
    region: PAYMENT,
    en: "$89.00 (PKR 25,053.50) was due on January 31, 2027. Everything works until February 10, 2027.",
    ur: /آخری تاریخ 31 جنوری، 2027 تھی۔ 10 فروری، 2027 تک سب کچھ چلتا رہے گا/,
    ways: [PAY, SEE],
  },
  {
    stage: "past_due",
    region: PAYMENT,
    en: "$89.00 (PKR 25,053.50) was due on January 31, 2027. Your account will be paused on February 10, 2027.",
    ur: /آخری تاریخ 31 جنوری، 2027 تھی۔ آپ کا اکاؤنٹ 10 فروری، 2027 کو روک دیا جائے گا/,
    ways: [PAY, SEE],
  },
  {
    stage: "suspended",
    region: PAYMENT,
    en: "Paused since February 10, 2027. Your data is safe until March 12, 2027. Pay and go on: the paused days don't count.",
    ur: /10 فروری، 2027 سے رکا ہوا ہے۔ آپ کا ڈیٹا 12 مارچ، 2027 تک محفوظ ہے.*رکے ہوئے دن شمار نہیں/,
    ways: [PAY, SEE],
  },
  {
    stage: "under_review",
    region: PAYMENT,
    en: "We are checking your payment of February 3, 2027. Nothing will be paused meanwhile.",
    ur: /ہم آپ کی 3 فروری، 2027 کی ادائیگی جانچ رہے ہیں۔ اس دوران کچھ نہیں روکا جائے گا/,
    ways: [["See status", "/invoices/1"]],
  },
  {
    stage: "ending",
    region: PLAN,
    en: "Your Starter plan ends on January 31, 2027. Everything works until then.",
    ur: /Starter.* پلان 31 جنوری، 2027 کو ختم ہو رہا ہے۔ تب تک سب کچھ چلتا رہے گا/,
    ways: [SEE],
  },
];

describe.each(STAGES)("at the stage $stage, the banner", ({ stage, region, en, ur, ways }) => {
  it("says what comes, and leads to what helps", async () => {
    showPlan(stages[stage]);
    renderApp("/");
    const banner = await screen.findByRole("region", { name: region });
    expect(banner).toHaveTextContent(en);
    const links = within(banner).getAllByRole("link");
    expect(links.map((link) => [link.textContent, link.getAttribute("href")])).toEqual(ways);
  });

  it("says it in Urdu", async () => {
    await startLanguage("ur");
    showPlan(stages[stage]);
    renderApp("/");
    expect(await screen.findByRole("region", { name: region })).toHaveTextContent(ur);
  });
});

describe("the banner of a plan", () => {
  async function banner(current: CurrentSubscription, changes: Partial<Me> = {}, page = "/") {
    showPlan(current, changes);
    renderApp(page);
    await screen.findByRole("heading", { level: 1 });
    return screen.queryByRole("region", { name: PAYMENT });
  }

  it("isn't there while nothing is to be paid", async () => {
    expect(await banner(stages.active)).toBeNull();
  });

  it.each([
    ["restarts", /a whole period begins when we approve your payment\./],
    ["keeps_due", /the period keeps its dates, the paused days are part of it\./],
  ] as const)("says what becomes of the paused days (%s)", async (late_payment, text) => {
    const shown = await banner({ ...stages.suspended, late_payment });
    expect(shown).toHaveTextContent(text);
    expect(shown).not.toHaveTextContent("don't count");
  });

  it("offers no change to who doesn't own the account", async () => {
    const shown = await banner(stages.renewal_open, colleague);
    expect(within(shown ?? document.body).getAllByRole("link")).toHaveLength(1);
  });

  it("isn't shown on the page of its invoice, unless the account is paused", async () => {
    server.use(http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)));
    expect(await banner(stages.past_due, {}, "/invoices/1")).toBeNull();
  });

  it("is on every page while the account is paused", async () => {
    server.use(http.get("*/api/v1/billing/invoices/1/", () => HttpResponse.json(invoice)));
    const shown = await banner(stages.suspended, {}, "/invoices/1");
    expect(shown).toHaveTextContent(/^Paused since/);
    expect(within(shown ?? document.body).queryByRole("link", { name: "Pay" })).toBeNull();
  });

  it("says that a paused account is paused until the payment is approved", async () => {
    const shown = await banner({ ...stages.under_review, suspended_on: "2027-02-10" });
    expect(shown).toHaveTextContent(
      "Paused since February 10, 2027. We are checking your payment of February 3, 2027: everything works again as soon as it is approved.",
    );
  });

  it("says that another confirmation is checked though it doesn't stop the clock", async () => {
    const shown = await banner({ ...stages.past_due, claim });
    expect(shown).toHaveTextContent(
      /paused on February 10, 2027\. We are checking your payment of February 3, 2027\./,
    );
    expect(within(shown ?? document.body).getByRole("link", { name: "See status" })).toBeVisible();
  });

  it("says why the last confirmation was rejected, and what comes", async () => {
    const latest_payment = { ...payment, admin_notes: "Reference not found" };
    const open_invoice = { ...invoice, payment_state: "rejected" as const, latest_payment };
    const shown = await banner(stages.grace, { open_invoice });
    expect(shown).toHaveTextContent(/Reference not found.*Everything works until February 10/);
  });

  it("says nothing of another invoice's confirmation that was rejected", async () => {
    const latest_payment = { ...payment, admin_notes: "Reference not found" };
    const order = { ...invoice, id: 2, payment_state: "rejected" as const, latest_payment };
    const shown = await banner(stages.grace, { open_invoice: order });
    expect(shown).toHaveTextContent(/^\$89\.00 .*Everything works until February 10/);
  });

  it("names no day that nobody knows", async () => {
    const shown = await banner({ ...stages.past_due, suspends_on: null });
    expect(shown).toHaveTextContent(/Everything works for now\.Pay/);
  });

  it("says that the plan has ended, or that there is none", async () => {
    const account = { ...active, status: "pending_payment" as const };
    const last_decision = { ...payment, status: "succeeded" as const };
    showPlan(noPlan, { account, last_decision });
    renderApp("/credits");
    const shown = await screen.findByRole("region", { name: PLAN });
    expect(shown).toHaveTextContent("Your plan has ended. Choose a plan to go on.");
    expect(within(shown).getByRole("link")).toHaveAttribute("href", "/upgrade");
  });

  it("shows the invoice if the plan can't be read", async () => {
    showPlan(renewing);
    server.use(
      http.get("*/api/v1/billing/subscriptions/current/", () => conflict("x", "Not now.")),
    );
    renderApp("/");
    expect(await screen.findByRole("region", { name: PAYMENT })).toHaveTextContent(/is due by/);
  });
});

describe("a cancelled plan", () => {
  it("is kept by the button of the banner", async () => {
    showPlan(stages.ending);
    const keys: (string | null)[] = [];
    server.use(
      http.post("*/api/v1/billing/subscriptions/current/keep/", ({ request }) => {
        keys.push(request.headers.get("Idempotency-Key"));
        if (keys.length === 1) return conflict("x", "Not at the moment.");
        showPlan(stages.active);
        return HttpResponse.json(stages.active);
      }),
    );
    renderApp("/");
    const banner = await screen.findByRole("region", { name: PLAN });
    await userEvent.click(within(banner).getByRole("button", { name: "Keep plan" }));
    expect(await within(banner).findByRole("alert")).toHaveTextContent("Not at the moment.");
    await userEvent.click(within(banner).getByRole("button", { name: "Keep plan" }));
    await waitFor(() => {
      expect(screen.queryByRole("region", { name: PLAN })).toBeNull();
    });
    expect(keys[0]).toBeTruthy();
    expect(new Set(keys).size).toBe(2);
  });
});
