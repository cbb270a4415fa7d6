"""Whether this process lives, and whether it can serve."""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200: the process lives."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database answers and is migrated, else 503 with the reason."""
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except (DatabaseError, ImproperlyConfigured):
        return HttpResponse("no database", status=503, content_type="text/plain")
    if is_behind:
        return HttpResponse("migrations to run", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
