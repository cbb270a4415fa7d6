"""What billing did by itself: the steps of dunning, and its runs."""

from django.db import models

from igny8_core.business.billing.models import Invoice


class DunningStep(models.Model):
    """A reminder about an unpaid renewal: sent, or skipped because a newer one was due.

    It is taken once for what it is about: the due day, the hold before it, and the attempt: the
    next one follows if its mails were dropped, as they weren't true when they were to be sent.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="dunning_steps")
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=40, default="", help_text="2027-02-01:2027-02-20#2")
    is_skipped = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "kind", "about"],
                name="dunning_step_is_taken_once",
                violation_error_message="This reminder was sent already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.invoice}"

    @property
    def mail_key(self) -> str:
        """The key of its mails."""
        return f"{self.kind}:{self.invoice_id}:{self.about}"


class BillingStart(models.Model):
    """The day on which an installation that had subscriptions already got renewals; one row.

    A new installation has none.
    """

    day = models.DateField()

    def __str__(self) -> str:
        return f"Renewals from {self.day}"


class BillingRun(models.Model):
    """One run of ``run_billing`` that did something.

    :ivar steps: how often each step was taken, by its name.
    """

    as_of = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    accounts = models.PositiveIntegerField(default=0)
    parked = models.PositiveIntegerField(default=0)
    steps = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Billing as of {self.as_of:%Y-%m-%d %H:%M} UTC"
