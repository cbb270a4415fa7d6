"""Approvals of many payments at once, which the worker carries out: what each row came to."""

from datetime import datetime, timedelta

from django.db import models

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import User
from igny8_core.business.billing.models import Payment

QUIET = timedelta(minutes=1)  # sets take seconds: after this, the worker has probably stopped


class RowState(models.TextChoices):
    """What has become of one payment of a bulk approval."""

    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    FIRST_APPROVED = "first_approved", "First approval recorded"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


class BulkApproval(models.Model):
    """Payments that an admin has confirmed to approve: see ``services.py``."""

    key = models.UUIDField(help_text="Of the confirmation: sent twice, it starts nothing twice.")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bulk_approvals")
    ip_address = models.GenericIPAddressField(null=True)
    confirmed_at = models.DateTimeField(db_index=True)
    active_at = models.DateTimeField(help_text="When it was started, or last went on.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["confirmed_by", "key"],
                name="a_confirmation_starts_one_bulk_approval",
                violation_error_message="This is already being approved.",
            ),
        ]

    def __str__(self) -> str:
        return f"bulk approval {self.pk} by {self.confirmed_by}"

    @property
    def actor(self) -> Actor:
        """Who approves: the admin who confirmed, from where that was."""
        return Actor(user=self.confirmed_by, ip_address=self.ip_address)

    def has_stopped(self, now: datetime) -> bool:
        """Tell whether nothing has happened for so long that the worker has probably stopped."""
        return self.finished_at is None and now - self.active_at > QUIET


class BulkApprovalRow(models.Model):
    """One payment of a bulk approval."""

    bulk = models.ForeignKey(BulkApproval, on_delete=models.CASCADE, related_name="rows")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="bulk_rows")
    state = models.CharField(max_length=20, choices=RowState.choices, default=RowState.WAITING)
    detail = models.TextField(blank=True, help_text="The state in words, with its reason.")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bulk", "payment"],
                name="a_payment_is_once_in_a_bulk_approval",
                violation_error_message="The payment is in this bulk approval already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RowState.WAITING, decided_at=None)
                | (~models.Q(state=RowState.WAITING) & models.Q(decided_at__isnull=False)),
                name="only_a_decided_row_has_its_time",
                violation_error_message="A row has a time exactly when it no longer waits.",
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.payment_id} of bulk approval {self.bulk_id}: {self.state}"
