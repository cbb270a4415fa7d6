"""What every model has."""

from django.db import models


class TimestampedModel(models.Model):
    """A row that knows when it was made and last changed (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class IdempotencyRecord(models.Model):
    """The answer that a request with an ``Idempotency-Key`` got."""

    scope = models.CharField(max_length=300, help_text="Method, path and user.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="Keyed digest of the body.")
    response_status = models.PositiveSmallIntegerField()
    response_body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_is_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
