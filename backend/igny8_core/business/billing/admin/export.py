"""The payments of the desk's list as a file for spreadsheets."""

from tempfile import TemporaryFile
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from igny8_core.auth.rights import may
from igny8_core.business.billing.payment_sheets import write_payments
from igny8_core.business.billing.rights import VIEW_PAYMENTS
from igny8_core.common.clock import utc_now
from igny8_core.common.spreadsheets import FORMATS

CHUNK = 2000  # rows read at once


@require_safe
def download(request: HttpRequest, model_admin: Any, file_format: str) -> FileResponse:
    """Send the payments of the list's filters, all pages of it, in the list's order.

    The file is whole before the first byte is sent: a failure is an error, and no shorter table.

    :param file_format: a key of ``FORMATS``.
    """
    if not may(request.user, VIEW_PAYMENTS):
        raise PermissionDenied
    try:
        changelist = model_admin.get_changelist_instance(request)
    except IncorrectLookupParameters as error:
        message = "There is no such filter: choose one beside the list."
        raise BadRequest(message) from error
    file = TemporaryFile()  # noqa: SIM115  (the response closes it)
    payments = changelist.queryset.iterator(chunk_size=CHUNK)
    write_payments(payments, file, file_format=file_format)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"payments-{utc_now():%Y-%m-%d-%H%M}.{file_format}",
        content_type=FORMATS[file_format].content_type,
    )
