"""Downloading an export."""

from django.core.files.storage import default_storage
from django.http import FileResponse

from igny8_core.auth.models import User
from igny8_core.business.exports.exceptions import FileNotMadeYet, NoSuchFile
from igny8_core.business.exports.kinds import KINDS
from igny8_core.business.exports.models import Export


def export_of(*, key: str, kind: str, user: User) -> Export:
    """Find a person's own export by the key of its link, finished or not.

    :raises NotFound: if there is none, or the person may not have it now.
    """
    try:
        export = Export.with_key(key)
    except Export.DoesNotExist as error:
        raise NoSuchFile from error
    is_own = export.requested_by == user and export.kind == kind
    if not is_own or not KINDS[kind].is_allowed(export):
        raise NoSuchFile
    return export


def require_made(export: Export) -> None:
    """Check that the file is there.

    :raises NotFound: if it isn't finished yet, or is no longer in the storage.
    """
    if export.made_at is None:
        raise FileNotMadeYet
    if not default_storage.exists(export.file):
        raise NoSuchFile


def file_response(export: Export) -> FileResponse:
    """Return the file as a download.

    :raises NotFound: as ``require_made`` does.
    """
    require_made(export)
    try:
        file = default_storage.open(export.file)
    except FileNotFoundError as error:  # it was deleted at this moment
        raise NoSuchFile from error
    return FileResponse(
        file,
        as_attachment=True,
        filename=export.file_name,
        content_type=export.content_type,
        headers={"Cache-Control": "private, no-store"},
    )
