"""Liveness and readiness probes of this process."""

from collections.abc import Callable
from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse


class ProbesMiddleware:
    """Answers ``/healthz`` and ``/readyz`` before the host is checked.

    A probe calls by the container's address, which isn't among the allowed hosts. Nor is it
    redirected to HTTPS (``SECURE_REDIRECT_EXEMPT``).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        if request.path == "/healthz":
            return _healthz()
        if request.path == "/readyz":
            return _readyz()
        return self.get_response(request)


def _healthz() -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def _readyz() -> HttpResponse:
    """Answer 200 if the database answers and is migrated, else 503 with the reason."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        is_behind = not _newest_migrations() <= applied.keys()
    except (DatabaseError, ImproperlyConfigured):
        return HttpResponse("no database", status=503, content_type="text/plain")
    if is_behind:
        return HttpResponse("migrations to run", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """Return each app's newest migration; cached, since reading them is slow."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
