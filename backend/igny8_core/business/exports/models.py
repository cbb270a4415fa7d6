"""Files that the worker makes for one person, who gets a link by email."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models.functions import MD5, Cast

from igny8_core.auth.models import User

SIGNER = Signer(salt="exports", sep=".")


class Export(models.Model):
    """One requested file: in progress, finished or given up; see ``kinds.py``."""

    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict, help_text="For the writer of the kind.")
    requested_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports")
    requested_at = models.DateTimeField(db_index=True)
    file = models.CharField(max_length=100, unique=True, help_text="Its name in the storage.")
    file_name = models.CharField(max_length=100, help_text="What it is called when downloaded.")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(null=True, help_text="In bytes.")
    made_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "requested_by",
                "kind",
                MD5(Cast("arguments", models.TextField())),  # of any length
                condition=models.Q(made_at=None, given_up_at=None),
                name="one_export_is_made_at_a_time",
                violation_error_message="This file is already being created.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} for {self.requested_by}"

    @property
    def key(self) -> str:
        """The key that its link needs, in addition to the person's session."""
        return SIGNER.sign(str(self.pk))

    @property
    def kept_until(self) -> datetime:
        """When it is deleted (UTC)."""
        return self.requested_at + timedelta(days=settings.EXPORT_RETENTION_DAYS)

    @classmethod
    def with_key(cls, key: str) -> "Export":
        """Find an export by the key of its link.

        :raises Export.DoesNotExist: if the key isn't ours, or the export is deleted.
        """
        try:
            return cls.objects.select_related("requested_by").get(pk=int(SIGNER.unsign(key)))
        except BadSignature as error:
            raise cls.DoesNotExist from error
