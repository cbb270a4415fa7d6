"""Exports as users get them: requested, made by the worker, downloaded."""

from procrastinate.contrib.django.models import ProcrastinateJob

from igny8_core.business.exports import services
from igny8_core.business.exports.models import Export
from igny8_core.common.clock import utc_now


def made_export() -> Export:
    """Run the worker's jobs for all requests; return the newest export."""
    for job in ProcrastinateJob.objects.filter(task_name=services.MAKE).order_by("pk"):
        services.make(export_id=job.args["export_id"], now=utc_now())
    export = Export.objects.order_by("-pk")[0]
    assert export.made_at is not None
    return export
