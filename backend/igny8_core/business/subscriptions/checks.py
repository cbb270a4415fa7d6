"""A system check of settings that contradict each other."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@dataclass(frozen=True)
class _Order:
    """What has to come after something else.

    :param later: the setting that has to be large enough.
    :param earlier: settings that it has to reach together.
    :param days: by which it has to be later than these.
    :param why: what would happen otherwise.
    """

    later: str
    earlier: tuple[str, ...]
    days: int
    why: str

    @property
    def least(self) -> int:
        """The lowest value that contradicts no other setting."""
        return self.days + sum(int(getattr(settings, name)) for name in self.earlier)

    def trouble(self, number: int) -> Error | None:
        """Say which setting is too low, and what to write; None if it isn't."""
        value: int = getattr(settings, self.later)
        if value >= self.least:
            return None
        others = " and ".join(f"{name}={getattr(settings, name)}" for name in self.earlier)
        return Error(
            f"{self.later} is {value}, which contradicts {others}: {self.why}.",
            hint=f"Set {self.later} to {self.least} or more, or lower the other.",
            id=f"subscriptions.E{number:03}",
        )


ORDERS = (
    _Order(
        "BILLING_SUSPEND_AFTER_DAYS",
        ("BILLING_GRACE_DAYS", "BILLING_NOTICE_GAP_DAYS"),
        1,
        "the final notice is for customers who are past due, and comes that long before the pause",
    ),
    _Order(
        "BILLING_END_AFTER_DAYS",
        ("BILLING_SUSPEND_AFTER_DAYS", "BILLING_NOTICE_GAP_DAYS"),
        1,
        "the notice of the end is for customers who are paused, and comes that long before it",
    ),
    _Order(
        "BILLING_RENEWAL_LEAD_DAYS",
        ("BILLING_MIN_TERM_DAYS",),
        0,
        "every renewal would be due after the paid time",
    ),
    _Order(
        "BILLING_YEARLY_RENEWAL_LEAD_DAYS",
        ("BILLING_MIN_TERM_DAYS",),
        0,
        "every renewal of a yearly plan would be due after the paid time",
    ),
    _Order(
        "BILLING_ORDER_EXPIRES_DAYS",
        ("BILLING_INVOICE_DUE_DAYS",),
        0,
        "orders would expire before they are due",
    ),
)


@register()
def contradicting_days(**_options: Any) -> list[CheckMessage]:
    """Refuse days of billing that can't all be kept: none is bent in silence."""
    troubles = (order.trouble(number) for number, order in enumerate(ORDERS, start=1))
    return [trouble for trouble in troubles if trouble]
