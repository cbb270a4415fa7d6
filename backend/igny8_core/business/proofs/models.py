"""Counts of uploaded files."""

from django.db import models

from igny8_core.auth.models import Account


class ProofAttempt(models.Model):
    """One file sent as a proof, accepted or not: it counts for a day."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="proof_attempts")
    address = models.CharField(
        max_length=45, blank=True, help_text="Where it came from; of IPv6, the network."
    )
    size = models.PositiveIntegerField(help_text="In bytes.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["account", "at"], name="proof_attempt_of_account"),
            models.Index(fields=["address", "at"], name="proof_attempt_of_address"),
            models.Index(fields=["at"], name="proof_attempt_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.size} bytes of account {self.account_id}"
