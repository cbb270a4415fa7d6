"""Requesting exports, making them in the worker, and deleting them."""

from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from igny8_core.auth.models import User
from igny8_core.business.exports import files
from igny8_core.business.exports.kinds import KINDS
from igny8_core.business.exports.models import Export
from igny8_core.common.mail import queue_mail
from igny8_core.common.transactions import one_moment

QUEUE = "exports"
MAKE, REMOVE_FILES = "make_export", "remove_unknown_files"
KEPT_OF_ONE_PERSON = 5


@transaction.atomic
def request_export(
    *,
    kind: str,
    arguments: dict[str, Any],
    user: User,
    file_name: str,
    content_type: str,
    now: datetime,
) -> Export:
    """Request a file; while it is being made, the same request returns the same one.

    Only a person's last few are kept, so that nobody fills the storage.

    :param arguments: for the kind's writer; ``account_id`` is the account that it is about.
    """
    export, is_new = Export.objects.get_or_create(
        kind=kind,
        arguments=arguments,
        requested_by=user,
        made_at=None,
        given_up_at=None,
        defaults={
            "requested_at": now,
            "file": files.new_file_name(),
            "file_name": file_name,
            "content_type": content_type,
        },
    )
    if is_new:
        kept = user.exports.order_by("-pk").values("pk")[:KEPT_OF_ONE_PERSON]
        forget_exports(user.exports.exclude(pk__in=kept))
        # One at a time, but for retries: none is urgent enough to slow everything else down.
        app.configure_task(MAKE, queue=QUEUE, lock=MAKE).defer(export_id=export.pk)
    return export


def make(*, export_id: int, now: datetime) -> None:
    """Write and store a file and email the link; skip it if nobody may have it any more."""
    export = Export.objects.filter(pk=export_id, made_at=None, given_up_at=None).first()
    if export is None:
        return
    kind = KINDS[export.kind]
    if not kind.is_allowed(export):
        export.delete()
        return
    with TemporaryFile() as file:
        with one_moment():
            kind.write(export, file)
        size = file.tell()
        file.seek(0)
        files.store(export.file, file)
    with transaction.atomic():
        if Export.objects.filter(pk=export.pk).update(made_at=now, size=size):
            _tell(export, "export_ready")
        else:  # it was deleted meanwhile
            default_storage.delete(export.file)


def give_up(*, export_id: int, now: datetime) -> None:
    """Tell the person that the file can't be made."""
    with transaction.atomic():
        export = Export.objects.select_for_update().filter(pk=export_id, made_at=None).first()
        if export and export.given_up_at is None:
            export.given_up_at = now
            export.save(update_fields=["given_up_at"])
            _tell(export, "export_failed")


def forget_exports(exports: QuerySet[Export]) -> None:
    """Delete exports in the caller's transaction, and their files once it has committed."""
    if exports.delete()[0]:
        app.configure_task(REMOVE_FILES, queue=QUEUE).defer()


def forget_old_exports(*, now: datetime) -> None:
    """Delete expired exports, and files that belong to none."""
    before = now - timedelta(days=settings.EXPORT_RETENTION_DAYS)
    Export.objects.filter(requested_at__lt=before).delete()
    remove_unknown_files()


def remove_unknown_files() -> None:
    """Delete files that no export refers to: the reference is saved before the file."""
    found = files.stored()
    known = set(Export.objects.values_list("file", flat=True))
    for name in found:
        if name not in known:
            default_storage.delete(name)


def _tell(export: Export, kind: str) -> None:
    user = export.requested_by
    account_id = export.arguments.get("account_id")  # closing it erases the reader
    queue_mail(
        kind=kind,
        about=export.pk,
        recipient=user.email,
        language=user.language,
        export_id=export.pk,
        **({"account_id": account_id} if account_id else {}),
    )
