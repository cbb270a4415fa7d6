"""Why a subscription isn't begun, changed or ended: as its customer wants it, or by an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igny8_core.business.billing.exceptions import ReasonRequired
from igny8_core.common.exceptions import (
    InvalidInput,
    LimitReached,
    NotAllowed,
    StateConflict,
    Words,
)

if TYPE_CHECKING:
    from datetime import date

    from igny8_core.auth.models import Account, Plan, Subscription
    from igny8_core.business.billing.models import Invoice


# Which plan


class PlanNotPayable(InvalidInput):
    """One can't order a free plan."""

    code = "plan_not_payable"
    attr = "plan_slug"
    words = Words(
        en="The {plan} plan is free: there is nothing to pay. Choose a paid plan.",
        ur="پلان {plan} مفت ہے: ادا کرنے کو کچھ نہیں۔ ادائیگی والا پلان چنیں۔",
    )


class AlreadyOnPlan(InvalidInput):
    """The account has this plan already."""

    code = "already_on_plan"
    attr = "plan_slug"
    words = Words(
        en="You already have the {plan} plan. Choose another one.",
        ur="آپ پہلے سے پلان {plan} پر ہیں۔ دوسرا چنیں۔",
    )


class AlreadyNextPlan(InvalidInput):
    """The account has chosen this plan for the next period already."""

    code = "already_next_plan"
    attr = "plan_slug"
    words = Words(
        en="The {plan} plan is already the one of your next period.",
        ur="آپ کی اگلی مدت کے لیے پلان {plan} پہلے ہی چنا جا چکا ہے۔",
    )


class NothingToPay(InvalidInput):
    """The unused days are worth as much as the plan costs, or more."""

    code = "nothing_to_pay"
    attr = "plan_slug"
    words = Words(
        en="The unused days of your plan are worth {credit}, and the {plan} plan costs {price}: "
        "there is nothing to pay now. Choose it for the next period.",
        ur="آپ کے پلان کے باقی دنوں کی قیمت {credit} ہے اور پلان {plan} کی قیمت {price}: ابھی ادا "
        "کرنے کو کچھ نہیں۔ اسے اگلی مدت کے لیے چنیں۔",
    )


# What the subscription's state forbids its customer


class UpgradeAlreadyPending(StateConflict):
    """A subscription of the account waits for its payment already."""

    code = "upgrade_already_pending"
    words = Words(
        en="You already have an unpaid invoice for the {plan} plan. Pay it, or cancel that "
        "order, before you choose another plan.",
        ur="پلان {plan} کی انوائس ابھی ادا نہیں ہوئی۔ دوسرا پلان چننے سے پہلے اسے ادا کریں یا وہ "
        "آرڈر منسوخ کریں۔",
    )

    def __init__(self, pending: Subscription) -> None:
        super().__init__(state=pending.status, plan=pending.promised)


class NoSubscription(StateConflict):
    """The account has no plan that is paid for, now or lately."""

    code = "no_subscription"
    words = Words(
        en="You have no paid plan. Choose one first.",
        ur="آپ کا کوئی ادا شدہ پلان نہیں۔ پہلے کوئی پلان چنیں۔",
    )

    def __init__(self, account: Account) -> None:
        super().__init__(state=account.status)


class BillingParked(StateConflict):
    """Billing leaves the account alone until somebody has looked at it."""

    code = "billing_parked"
    words = Words(
        en="We have to check something about your invoices first. Write to support.",
        ur="ہمیں پہلے آپ کی انوائسز کے بارے میں کچھ جانچنا ہے۔ براہِ کرم ہمیں لکھیں۔",
    )

    def __init__(self, account: Account) -> None:
        super().__init__(state=account.status)


class PlanEnds(StateConflict):
    """The customer has cancelled the plan: it ends with its period."""

    code = "plan_ends"
    words = Words(
        en="You have cancelled your plan: its last day is {day}. To go on, keep it.",
        ur="آپ نے پلان منسوخ کر دیا ہے: اس کا آخری دن {day} ہے۔ جاری رکھنے کے لیے منسوخی واپس لیں۔",
    )

    def __init__(self, subscription: Subscription, *, day: date) -> None:
        super().__init__(state=subscription.status, day=day)


class NotCancelled(StateConflict):
    """The plan goes on anyway."""

    code = "not_cancelled"
    words = Words(
        en="Your plan isn't cancelled: it goes on.",
        ur="آپ کا پلان منسوخ نہیں ہوا: یہ جاری ہے۔",
    )

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(state=subscription.status)


class RenewalAlreadyOpen(StateConflict):
    """The next period has its invoice, which isn't paid yet."""

    code = "renewal_already_open"
    words = Words(
        en="The next period is invoiced already. Pay invoice {invoice}.",
        ur="اگلی مدت کی انوائس پہلے سے موجود ہے۔ انوائس {invoice} ادا کریں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class PaidAhead(StateConflict):
    """The next period is paid for already, and so is its plan: no more than one can be."""

    code = "paid_ahead"
    words = Words(
        en="You have already paid for the next period, until {day}. Try again once it has begun.",
        ur="آپ اگلی مدت کی ادائیگی {day} تک کر چکے ہیں۔ اس کے شروع ہونے پر دوبارہ کوشش کریں۔",
    )

    def __init__(self, subscription: Subscription, *, day: date) -> None:
        super().__init__(state=subscription.status, day=day)


class NoNextPlan(StateConflict):
    """No other plan was chosen for the next period."""

    code = "no_next_plan"
    words = Words(
        en="You have chosen no other plan for the next period.",
        ur="آپ نے اگلی مدت کے لیے کوئی دوسرا پلان نہیں چنا۔",
    )

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(state=subscription.status)


class TooManyPlanChanges(LimitReached):
    """The renewal was issued anew today already, because its customer changed the plan."""

    code = "too_many_plan_changes"
    words = Words(
        en="You have already changed your next invoice today. Try again tomorrow, or ask support "
        "to do it.",
        ur="آپ آج اگلی انوائس پہلے ہی بدل چکے ہیں۔ کل دوبارہ کوشش کریں یا ہمیں لکھیں۔",
    )


# Which operator may bend the rules for a customer: the desk alone says these, and the next


class MayNotOverride(NotAllowed):
    """Only those with the permission to change subscriptions may bend the rules for a customer."""

    code = "may_not_override"
    words = Words(
        en="You don't have permission to change subscriptions.",
        ur="آپ کو سبسکرپشن بدلنے کی اجازت نہیں۔",
    )


class MayNotAdjustCredits(NotAllowed):
    """Only those with the permission to add to the ledger may adjust credits."""

    code = "may_not_adjust_credits"
    words = Words(
        en="You don't have permission to adjust credits.",
        ur="آپ کو کریڈٹ بدلنے کی اجازت نہیں۔",
    )


class CompNotAllowed(NotAllowed):
    """Only superusers may give a period away."""

    code = "comp_not_allowed"
    words = Words(
        en="Only a superuser can give a period free of charge.",
        ur="مفت مدت صرف سپر یوزر دے سکتا ہے۔",
    )


class MayNotAgreePrice(NotAllowed):
    """Only superusers may let somebody pay less than others, or more."""

    code = "may_not_agree_price"
    words = Words(
        en="Only a superuser can agree on a price.",
        ur="قیمت صرف سپر یوزر طے کر سکتا ہے۔",
    )


class BeyondUnpaidPeriod(NotAllowed):
    """Who waits for payment until a period is over gives it away, as far as anybody knows."""

    code = "beyond_unpaid_period"
    words = Words(
        en="Only a superuser can choose a day later than {last}, when the unpaid period ends.",
        ur="غیر ادا شدہ مدت کے آخری دن {last} کے بعد کا دن صرف سپر یوزر چن سکتا ہے۔",
    )

    def __init__(self, *, last: date) -> None:
        super().__init__(last=last)


class TooManyCredits(NotAllowed):
    """Credits are for sale: only superusers may give away many."""

    code = "too_many_credits"
    words = Words(
        en="Only a superuser can add more than {most} credits at once.",
        ur="ایک بار میں {most} سے زیادہ کریڈٹ صرف سپر یوزر شامل کر سکتا ہے۔",
    )

    def __init__(self, *, most: int) -> None:
        super().__init__(most=f"{most:,}")


# What an operator is asked for


class OverrideReasonRequired(ReasonRequired):
    """Whatever is done against the rules says why."""

    attr = "reason"
    words = Words(
        en="Say why you do this. The reason is kept in the history.",
        ur="لکھیں کہ آپ یہ کیوں کر رہے ہیں۔ وجہ تاریخ میں محفوظ رہتی ہے۔",
    )


class DueDayNotPutOff(InvalidInput):
    """The new due day has to be later than the present one, and not over."""

    code = "due_day_not_put_off"
    attr = "due_date"
    words = Words(
        en="Choose a due day from {first} to {last}.",
        ur="{first} سے {last} تک کی آخری تاریخ چنیں۔",
    )


class NotToBeHeldUntil(InvalidInput):
    """A hold ends in the future, but not in years."""

    code = "not_to_be_held_until"
    attr = "until"
    words = Words(
        en="Choose a day from {first} to {last}.",
        ur="{first} سے {last} تک کا دن چنیں۔",
    )


class NotToBeAgreedOn(InvalidInput):
    """A price is above 0 and has whole cents; a period free of charge is another act."""

    code = "not_to_be_agreed_on"
    attr = "price"
    words = Words(
        en="Enter a price above 0, up to {most}, with two decimals at most.",
        ur="0 سے زیادہ اور {most} تک قیمت لکھیں، زیادہ سے زیادہ دو اعشاریہ ہندسوں کے ساتھ۔",
    )

    def __init__(self, *, most: int) -> None:
        super().__init__(most=f"{most:,}")


class NoCreditsMoved(InvalidInput):
    """0 credits are no adjustment."""

    code = "no_credits_moved"
    attr = "amount"
    words = Words(
        en="Enter how many credits to add, or to take with a minus sign.",
        ur="لکھیں کہ کتنے کریڈٹ شامل کرنے ہیں، یا منفی نشان کے ساتھ کتنے لینے ہیں۔",
    )


# What the state forbids an operator


class NoLiveSubscription(StateConflict):
    """The account has no subscription that runs."""

    code = "no_live_subscription"
    words = Words(
        en="{account} has no subscription that runs.",
        ur="{account} کی کوئی سبسکرپشن نہیں چل رہی۔",
    )

    def __init__(self, account: Account) -> None:
        super().__init__(state=account.status, account=account)


class AnotherSubscriptionRuns(NoLiveSubscription):
    """The page shows a subscription that another one has followed."""

    words = Words(
        en="Another subscription of {account} runs by now. Open its page.",
        ur="{account} کی اب کوئی اور سبسکرپشن چل رہی ہے۔ اس کا صفحہ کھولیں۔",
    )


class AnotherPlanFollows(StateConflict):
    """A price is agreed on for the present plan, which doesn't go on."""

    code = "another_plan_follows"
    words = Words(
        en="The next period is on {plan}. Drop that choice first.",
        ur="اگلی مدت {plan} پلان پر ہے۔ پہلے وہ انتخاب واپس لیں۔",
    )

    def __init__(self, subscription: Subscription, *, plan: Plan) -> None:
        super().__init__(state=subscription.status, plan=plan)


class PriceHoldsAlready(StateConflict):
    """Nothing would change."""

    code = "price_holds_already"
    words = Words(
        en="That price holds already.",
        ur="یہ قیمت پہلے سے نافذ ہے۔",
    )

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(state=subscription.status)


class NoOpenRenewal(StateConflict):
    """The next period isn't invoiced yet, or it is paid for."""

    code = "no_open_renewal"
    words = Words(
        en="No renewal of {account} waits for its payment.",
        ur="{account} کی کوئی تجدید ادائیگی کی منتظر نہیں۔",
    )

    def __init__(self, account: Account) -> None:
        super().__init__(state=account.status, account=account)


class NotToBeReminded(StateConflict):
    """Nothing is asked for at the moment, so an email about it would be untrue."""

    code = "not_to_be_reminded"


class HeldBack(NotToBeReminded):
    """The renewal is held."""

    words = Words(
        en="Nothing is due until {day}: the subscription is held.",
        ur="{day} تک کچھ واجب نہیں: سبسکرپشن روک کر رکھی گئی ہے۔",
    )

    def __init__(self, subscription: Subscription, *, day: date) -> None:
        super().__init__(state=subscription.status, day=day)


class ClaimStopsTheClock(NotToBeReminded):
    """A confirmation is under review: of the renewal, or of an order that would replace it."""

    words = Words(
        en="A confirmation of invoice {invoice} is under review. Decide on it first.",
        ur="انوائس {invoice} کی ادائیگی کی تصدیق زیرِ جائزہ ہے۔ پہلے اس کا فیصلہ کریں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class RemindedToday(NotToBeReminded):
    """Billing writes to an account once a day at most, and so does an operator."""

    words = Words(
        en="An email about invoice {invoice} has gone out today. Try again tomorrow.",
        ur="انوائس {invoice} کے بارے میں آج ای میل جا چکی ہے۔ کل دوبارہ کوشش کریں۔",
    )

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(state=invoice.payment_state, invoice=invoice)


class NotParked(StateConflict):
    """Billing looks after the account anyway."""

    code = "not_parked"
    words = Words(
        en="{account} isn't parked.",
        ur="{account} کی بلنگ رکی ہوئی نہیں۔",
    )

    def __init__(self, account: Account) -> None:
        super().__init__(state=account.status, account=account)


class TooFewCredits(StateConflict):
    """More would be taken than is there."""

    code = "too_few_credits"
    words = Words(
        en="{account} has {left} credits: {taken} can't be taken.",
        ur="{account} کے پاس {left} کریڈٹ ہیں: {taken} نہیں لیے جا سکتے۔",
    )

    def __init__(self, account: Account, *, taken: int) -> None:
        super().__init__(
            state=account.status,
            account=account,
            left=f"{account.credits:,}",
            taken=f"{taken:,}",
        )
