"""Base model, and models that all rooms use."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from igny8_core.common.search import NormalAddress, SearchText, search_index


class TimestampedModel(models.Model):
    """A row with the times when it was created and last changed (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def save_fields(obj: models.Model, names: Iterable[str]) -> None:
    """Save these columns of a row, and its time of change if it has one."""
    columns = columns_of(obj)
    stamped = {"updated_at"} & columns
    obj.save(update_fields=[*(name for name in names if name in columns), *stamped])


def columns_of(obj: models.Model) -> set[str]:
    """Return the names of the fields that are columns of the row's own table."""
    return {field.name for field in obj._meta.concrete_fields}


def put_in_hand(obj: models.Model, relation: str, rows: Iterable[models.Model]) -> None:
    """Give an object its related rows, which have been read already, as ``prefetch_related`` does.

    The queryset that holds them is limited to the object's only when it is asked for others:
    Django's own makes that condition at once.

    :param relation: the name of the attribute that leads to them.
    """
    key: Any = getattr(type(obj), relation).field
    related: Any = key.model._default_manager.get_queryset()
    related._deferred_filter = (False, (), {key.name: obj})
    related._known_related_objects = {key: {obj.pk: obj}}
    related._hints = {"instance": obj}
    related._result_cache, related._prefetch_done = list(rows), True
    vars(obj).setdefault("_prefetched_objects_cache", {})[relation] = related


class IdempotencyRecord(models.Model):
    """The response to a request with an ``Idempotency-Key``."""

    scope = models.CharField(max_length=300, help_text="Method, path and user.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="Keyed digest of the body.")
    response_status = models.PositiveSmallIntegerField()
    response_body = models.JSONField()
    account_id = models.BigIntegerField(
        null=True, db_index=True, help_text="Whose data it holds: it goes when that is closed."
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "key"],
                name="idempotency_key_is_used_once",
                violation_error_message="This key was already used.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class CacheEntry(models.Model):
    """A cache entry shared by all server processes; see ``common/platform/cache.py``.

    The table is unlogged: fast, and empty after a crash of the database server.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


class OutgoingMail(TimestampedModel):
    """One email to one person for one event: waiting, sent, dropped, or failing.

    It has no text: that is written when it is sent, from ``arguments``, which store what was true
    at the event. An email with a secret in it (a reset link) has its text only in its job, which
    is deleted after sending.
    """

    key = models.CharField(max_length=100, help_text="The event: payment_approved:12.")
    kind = models.CharField(max_length=60, help_text="Name of the template.")
    recipient = models.EmailField(max_length=254)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    arguments = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True, help_text="Of the queue.")
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="When it turned out that it was not to be sent."
    )
    drop_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "email"
        indexes = [
            search_index(
                "mail_search", SearchText(NormalAddress("recipient"), "key"), often_written=True
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "recipient"],
                name="one_mail_to_a_person_for_an_event",
                violation_error_message="This person already gets an email about it.",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
                name="mail_is_sent_or_dropped",
                violation_error_message="An email is either sent or dropped, not both.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.sent_at is None and self.dropped_at is None
