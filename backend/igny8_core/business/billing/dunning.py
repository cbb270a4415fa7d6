"""How an unpaid invoice is pressed for: its deadlines, and the mails before them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from django.conf import settings


class ReminderKind(StrEnum):
    """The mails about an unpaid renewal."""

    RENEWAL_REMINDER = "renewal_reminder"
    RENEWAL_DUE = "renewal_due"
    PAST_DUE = "past_due"
    FINAL_NOTICE = "final_notice"
    ENDING = "ending"


@dataclass(frozen=True)
class Reminder:
    """A mail, so many days after the due day (before it: less than 0)."""

    offset: int
    kind: ReminderKind


REMINDERS = (
    Reminder(-3, ReminderKind.RENEWAL_REMINDER),
    Reminder(1, ReminderKind.RENEWAL_DUE),
    Reminder(4, ReminderKind.PAST_DUE),
    Reminder(8, ReminderKind.FINAL_NOTICE),
    Reminder(33, ReminderKind.ENDING),
)
ENDING_DAYS = 7  # from the notice of the end to the end


@dataclass(frozen=True)
class DunningPlan:
    """The deadlines of an invoice, kept from its issue: changed settings don't move them.

    :param grace_days: after the due day, in which nothing changes.
    :param suspend_after_days: after the due day.
    :param end_after_days: after the due day.
    :param reminders: in the order of their offsets.
    :param retry_days: after a rejection, without a harder step.
    :param notice_gap_days: from the final notice to the suspension, and from the ending notice to
        the end.
    :param freezing_claims: how many claims stop the clock, hold mails back and give retry days.
    :param order_expires_days: after the issue of an order's invoice.
    """

    grace_days: int = 3
    suspend_after_days: int = 10
    end_after_days: int = 40
    reminders: tuple[Reminder, ...] = REMINDERS
    retry_days: int = 3
    notice_gap_days: int = 2
    freezing_claims: int = 2
    order_expires_days: int = 14

    @property
    def paused_days(self) -> int:
        """From the suspension to the end, at least."""
        return self.end_after_days - self.suspend_after_days

    @property
    def in_time(self) -> "DunningPlan":
        """The plan with the days of its notices, which follow from its deadlines.

        One that would come on the day of the next one, or later, is left out. A final notice is for
        who is past due, one of the end for who is suspended.
        """
        final = self.suspend_after_days - self.notice_gap_days
        ending = self.end_after_days - max(ENDING_DAYS, self.notice_gap_days)
        days = (-3, 1, self.grace_days + 1, final, max(ending, self.suspend_after_days + 1))
        reminders = tuple(
            Reminder(day, item.kind)
            for number, (day, item) in enumerate(zip(days, REMINDERS, strict=True))
            if all(day < later for later in days[number + 1 :])
        )
        return replace(self, reminders=reminders)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "DunningPlan":
        """Read a stored plan; ignores fields added by a later version."""
        known = {field.name: kept[field.name] for field in fields(cls)}
        reminders = tuple(
            Reminder(offset=item["offset"], kind=ReminderKind(item["kind"]))
            for item in kept["reminders"]
        )
        return cls(**{**known, "reminders": reminders})

    def as_json(self) -> dict[str, Any]:
        """Return the plan as stored in a column."""
        return {**asdict(self), "reminders": [asdict(item) for item in self.reminders]}


def dunning_of_today() -> DunningPlan:
    """Return the deadlines that an invoice keeps if it is issued now: those of the settings."""
    plan = DunningPlan(
        grace_days=settings.BILLING_GRACE_DAYS,
        suspend_after_days=settings.BILLING_SUSPEND_AFTER_DAYS,
        end_after_days=settings.BILLING_END_AFTER_DAYS,
        retry_days=settings.BILLING_RETRY_DAYS,
        notice_gap_days=settings.BILLING_NOTICE_GAP_DAYS,
        freezing_claims=settings.BILLING_FREEZING_CLAIMS,
        order_expires_days=settings.BILLING_ORDER_EXPIRES_DAYS,
    )
    return plan.in_time


def dunning_of(kept: Mapping[str, Any] | None) -> DunningPlan:
    """Return the deadlines of an invoice.

    :param kept: its ``dunning_plan``; None: from before they were kept, it follows the settings.
    """
    return DunningPlan.from_json(kept) if kept else dunning_of_today()
