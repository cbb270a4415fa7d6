"""What the desk's numbers are added up from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class DecidedDay(models.Model):
    """The decisions of a finished business day, summed up by ``days.py``.

    A trigger deletes it as soon as one of its payments changes; it is then summed up again. The
    days are those of the time zone at that time: for another one, they are other days.
    """

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    approved = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    takings = models.JSONField(
        help_text="Method, currency, total, and number, of what was approved."
    )
    times = ArrayField(
        models.BigIntegerField(), help_text="How long each decision took, in microseconds."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at", "ends_at"],
                name="day_is_summed_up_once",
                violation_error_message="This day is summed up already.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="day_ends_after_it_starts",
                violation_error_message="A day ends after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"


class RenewalCount(models.Model):
    """The numbers of subscriptions, as of the last count by ``renewals.py``: one row.

    Those of renewals and pauses cover the 30 days before it.
    """

    counted_at = models.DateTimeField()
    monthly = models.JSONField(
        help_text="Currency, what comes in a month, and number, of live subscriptions."
    )
    due = models.PositiveIntegerField(help_text="Renewals whose due day has come.")
    paid_in_time = models.PositiveIntegerField()
    paid_late = models.PositiveIntegerField()
    paused = models.PositiveIntegerField(help_text="Accounts, for lack of payment.")
    lapsed = models.PositiveIntegerField(help_text="Subscriptions, for lack of payment.")
    recovered = models.PositiveIntegerField(help_text="Accounts that paid while they were paused.")
    suspended = models.PositiveIntegerField(help_text="Accounts that are paused now.")

    def __str__(self) -> str:
        return f"Renewals as of {self.counted_at:%Y-%m-%d %H:%M} UTC"

    @property
    def unpaid(self) -> int:
        """Renewals whose due day has come and that aren't paid."""
        return self.due - self.paid_in_time - self.paid_late
