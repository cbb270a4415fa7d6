"""Forms of what an operator does for one customer: each asks for the reason."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from igny8_core.auth.models import MAX_PRICE, Plan
from igny8_core.auth.selectors import public_plans
from igny8_core.business.subscriptions.facts import BillingFacts
from igny8_core.business.subscriptions.services.operator import MANY_CREDITS, MAX_REASON
from igny8_core.desk.acts import ActForm

A_WEEK = timedelta(days=7)
MOST_CREDITS = 1_000_000_000
LINE = {"class": "desk-input"}
SEEN_BY_CUSTOMER = "The customer sees this text as written."
NAMES_NOBODY = "It is kept for good: please name nobody."
SEEN_BY_DESK = "Only the desk sees this text."
WITHIN = "Only superusers choose a day after the unpaid period."


class OverrideForm(ActForm):
    """A reason, which is read by the customer."""

    reason = forms.CharField(
        label="Reason",
        max_length=MAX_REASON,
        widget=forms.TextInput(attrs=LINE),
        help_text=SEEN_BY_CUSTOMER,
    )

    @property
    def outcome(self) -> str:
        """What is asked for, apart from the reason: what a preview was shown of."""
        given = (str(given) for name, given in self.words.items() if name != "reason")
        return " ".join(given) or "yes"

    @classmethod
    def suggested(cls, _facts: BillingFacts, _now: datetime) -> dict[str, Any]:
        """Return what the form shows at first."""
        return {}


class QuietForm(OverrideForm):
    """A reason, which only the desk reads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = SEEN_BY_DESK


class DueDayForm(OverrideForm):
    field_order = ("due_date", "reason")
    due_date = forms.DateField(
        label="New due day",
        widget=forms.DateInput(attrs={**LINE, "type": "date"}),
        help_text=WITHIN,
    )

    @classmethod
    def suggested(cls, facts: BillingFacts, now: datetime) -> dict[str, Any]:
        """Suggest a week more."""
        subscription, today = facts.subscription, facts.today(now)
        invoice = subscription.invoice if subscription else None
        due_date = max(today, invoice.due_date) if invoice else today
        return {"due_date": (due_date + A_WEEK).isoformat()}


class HoldForm(QuietForm):
    field_order = ("until", "reason")
    until = forms.DateField(
        label="Until",
        widget=forms.DateInput(attrs={**LINE, "type": "date"}),
        help_text="On that day, payment is pressed for again. Today lifts an earlier hold. "
        + WITHIN,
    )

    @classmethod
    def suggested(cls, facts: BillingFacts, now: datetime) -> dict[str, Any]:
        """Suggest two weeks."""
        return {"until": (facts.today(now) + 2 * A_WEEK).isoformat()}


def paid_plans() -> list[tuple[str, str]]:
    """Return the paid plans on offer, as slugs and labels."""
    return [
        (plan.slug, f"{plan}, {plan.price} {plan.currency} a {plan.interval}")
        for plan in public_plans().exclude(price=0)
    ]


class PlanForm(QuietForm):
    field_order = ("plan_slug", "reason")
    plan_slug = forms.ChoiceField(label="Plan", choices=paid_plans, widget=forms.Select(attrs=LINE))


class PriceForm(QuietForm):
    field_order = ("price", "reason")
    price = forms.DecimalField(
        label=f"Price in {Plan.currency}",
        required=False,
        min_value=Decimal("0.01"),
        max_value=MAX_PRICE,
        decimal_places=2,
        widget=forms.NumberInput(attrs=LINE),
        help_text="For each period, as long as the plan stays. Empty: the plan's own price.",
    )


class CreditsForm(OverrideForm):
    field_order = ("amount", "reason")
    amount = forms.IntegerField(
        label="Credits",
        min_value=-MOST_CREDITS,
        max_value=MOST_CREDITS,
        widget=forms.NumberInput(attrs=LINE),
        help_text="With a minus sign, they are taken. "
        f"Only superusers add more than {MANY_CREDITS:,} at once.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = f"{SEEN_BY_CUSTOMER} {NAMES_NOBODY}"
