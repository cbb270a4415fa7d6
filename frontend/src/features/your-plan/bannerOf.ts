import { hasHadPlan, hasNothingOrdered } from "../../entities/me/useMe";
import type { CurrentSubscription, Invoice, Me } from "../../lib/api/types";
import { formatDay, formatDays, formatMoment } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";

export interface Banner {
  color: "blue" | "yellow" | "red" | "gray";
  text: string;
  /** Where to go from here, the most helpful first. On its page there is no banner. */
  ways: readonly [Way, ...Way[]];
  /** Also shown on the page of its first way. */
  isEverywhere?: boolean;
  /** Nothing is to be paid: it is about the plan itself. */
  isOfPlan?: boolean;
  /** Whether the plan can be kept by a button. */
  mayKeep?: boolean;
}

interface Way {
  to: string;
  words: string;
}

/** What every page says of the account's plan and its payment, or null. */
export function bannerOf(me: Me, current: CurrentSubscription | undefined): Banner | null {
  if (!me.account) return null;
  const invoice = me.open_invoice;
  const isOwner = me.user.role === "owner";
  const banner = current && ofStage(current, isOwner);
  if (banner && invoice?.payment_state === "rejected" && invoice.id === current.open_invoice?.id) {
    return { ...banner, color: "red", text: `${textOf(invoice)} ${banner.text}` };
  }
  if (banner) return banner;
  if (invoice) return ofInvoice(invoice);
  return current?.stage === "ending" ? ofEnding(current, isOwner) : ofNoPlan(me);
}

/** Of a plan that runs, or ran, and whose next period is to be paid. */
function ofStage(current: CurrentSubscription, isOwner: boolean): Banner | null {
  const { stage, open_invoice: invoice, claim, suspends_on } = current;
  if (!invoice || !current.current_period) return null;
  const amount = amountOf(invoice);
  const due = formatDay(invoice.due_date);
  const pay = wayTo(invoice, claim ? m.banner.seeState : m.stage.pay);
  const plan = { to: "/plan", words: m.stage.see };
  const waits = claim ? ` ${m.stage.checking(formatDay(claim.submitted_on))}` : "";
  switch (stage) {
    case "renewal_open":
      return {
        color: "blue",
        text: invoice.period
          ? m.stage.renewal_open(daysOf(invoice.period), amount, due)
          : m.banner.due(amount, due),
        ways: [pay, ...(isOwner ? change(current) : [])],
      };
    case "grace":
      return {
        color: "yellow",
        text: m.stage.grace(amount, due, day(suspends_on)) + waits,
        ways: [pay, plan],
      };
    case "past_due":
      return {
        color: "yellow",
        text: m.stage.past_due(amount, due, day(suspends_on)) + waits,
        ways: [pay, plan],
      };
    case "suspended":
      return {
        color: "red",
        text: ofPause(current) + waits,
        ways: [pay, plan],
        isEverywhere: true,
      };
    case "under_review":
      return ofReview(current, pay);
    default:
      return null;
  }
}

function ofPause({ suspended_on, ends_on, late_payment }: CurrentSubscription): string {
  const paused = m.stage.suspended(day(suspended_on), day(ends_on));
  return `${paused} ${m.stage.pausedDays[late_payment]}`;
}

function ofReview({ claim, suspended_on }: CurrentSubscription, see: Way): Banner | null {
  if (!claim) return null;
  const since = formatDay(claim.submitted_on);
  if (!suspended_on) return { color: "gray", text: m.stage.under_review(since), ways: [see] };
  return {
    color: "red",
    text: m.stage.pausedUnderReview(formatDay(suspended_on), since),
    ways: [see],
    isEverywhere: true,
  };
}

const COLORS = { due: "blue", overdue: "red", under_review: "yellow", rejected: "red" } as const;

/** Of an order. */
function ofInvoice(invoice: Invoice): Banner | null {
  const state = invoice.payment_state;
  if (state === "paid" || state === "void") return null;
  return {
    color: COLORS[state],
    text: textOf(invoice),
    ways: [wayTo(invoice, wordsTo(state))],
  };
}

function ofEnding(current: CurrentSubscription, isOwner: boolean): Banner | null {
  const { plan, ends_on, paid_until_day, may } = current;
  const last = paid_until_day ?? ends_on;
  if (!plan || !last) return null;
  return {
    color: "gray",
    text: m.stage.ending(plan.name, formatDay(last)),
    ways: [{ to: "/plan", words: m.stage.see }],
    isOfPlan: true,
    mayKeep: isOwner && may.keep,
  };
}

/** Of an account that had a plan, or ordered one and cancelled the order. */
function ofNoPlan(me: Me): Banner | null {
  if (!hasNothingOrdered(me)) return null;
  return {
    color: "gray",
    text: hasHadPlan(me) ? m.stage.ended : m.stage.no_plan,
    ways: [{ to: "/upgrade", words: m.stage.plans }],
    isOfPlan: true,
  };
}

function change({ may }: CurrentSubscription): Way[] {
  return [
    ...(may.choose_plan ? [{ to: "/upgrade", words: m.upgrade.change }] : []),
    ...(may.cancel ? [{ to: "/plan/cancel", words: m.stage.cancel }] : []),
  ];
}

function wayTo({ id }: { id: number }, words: string): Way {
  return { to: `/invoices/${id}`, words };
}

function day(date: string | null): string | null {
  return date && formatDay(date);
}

function daysOf({ first_day, last_day }: { first_day: string; last_day: string }): string {
  return formatDays(first_day, last_day);
}

/** The amount to pay, and in brackets the same in the currency of the payment method. */
export function amountOf({ due, payable }: NonNullable<CurrentSubscription["open_invoice"]>) {
  const amount = formatMoney(due.amount, due.currency);
  if (due.currency === payable.currency) return amount;
  return `${amount} (${formatMoney(payable.amount, payable.currency)})`;
}

function textOf(invoice: Invoice): string {
  const amount = formatMoney(invoice.payable_amount, invoice.payable_currency);
  const due = formatDay(invoice.due_date);
  const payment = invoice.latest_payment;
  switch (invoice.payment_state) {
    case "under_review":
      return m.banner.under_review(payment ? formatMoment(payment.submitted_at) : "");
    case "rejected":
      return m.banner.rejected(payment?.admin_notes ?? "");
    case "overdue":
      return m.banner.overdue(amount, due);
    default:
      return m.banner.due(amount, due);
  }
}

function wordsTo(state: keyof typeof COLORS): string {
  if (state === "under_review") return m.banner.seeState;
  return state === "rejected" ? m.banner.tryAgain : m.banner.seeHow;
}
