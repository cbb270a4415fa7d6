"""Why a subscription isn't begun, changed or ended as its customer wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igny8_core.common.exceptions import InvalidInput, LimitReached, StateConflict, Words

if TYPE_CHECKING:
    from datetime import date

    from igny8_core.auth.models import Account, Subscription
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


# What the subscription's state forbids


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
