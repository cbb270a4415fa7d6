"""Why no other plan is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igny8_core.common.exceptions import InvalidInput, StateConflict, Words

if TYPE_CHECKING:
    from igny8_core.auth.models import Subscription


class PlanNotPayable(InvalidInput):
    """One can't upgrade to a free plan."""

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
