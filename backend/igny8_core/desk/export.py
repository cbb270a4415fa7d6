"""Exports the desk's list of payments as a spreadsheet, made by the worker."""

from typing import IO, Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from igny8_core.auth.models import User
from igny8_core.auth.rights import may
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import VIEW_PAYMENTS
from igny8_core.business.exports.downloads import export_of, file_response
from igny8_core.business.exports.kinds import export_kind
from igny8_core.business.exports.models import Export
from igny8_core.business.exports.services import request_export
from igny8_core.business.reports.payment_sheets import write_payments
from igny8_core.common.clock import business_zone, utc_now
from igny8_core.common.exceptions import NotFound
from igny8_core.common.files.spreadsheets import FORMATS
from igny8_core.desk.keyset import AFTER, KeysetChangeList

CHUNK = 2000  # rows read at once


@require_POST
def ask(request: HttpRequest, model_admin: Any, file_format: str) -> HttpResponse:
    """Request a file with all pages of the filtered list, in the list's order.

    :param file_format: a key of ``FORMATS``.
    :raises BadRequest: if there is no such filter.
    """
    user = _reader(request)
    _payments(request, model_admin)
    now = utc_now()
    export = request_export(
        kind=payments_sheet.__name__,
        arguments={"filters": _filters(request.GET), "file_format": file_format},
        user=user,
        file_name=f"payments-{now.astimezone(business_zone()):%Y-%m-%d-%H%M}.{file_format}",
        content_type=FORMATS[file_format].content_type,
        now=now,
    )
    return HttpResponseRedirect(_path(export))


@require_safe
def show(request: HttpRequest, model_admin: Any, key: str) -> HttpResponse:
    """Show the progress of a file: until it is ready, the page reloads by itself."""
    export = _own_export(request, key)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Export: {export.file_name}",
        "export": export,
    }
    return render(request, "admin/billing/payment/export.html", context)


@require_safe
def download(request: HttpRequest, model_admin: Any, key: str) -> FileResponse:  # noqa: ARG001
    """Send a finished file."""
    try:
        return file_response(_own_export(request, key))
    except NotFound as error:
        raise Http404(error.detail) from error


def is_allowed(export: Export) -> bool:
    """Tell whether the person may see payments."""
    return may(export.requested_by, VIEW_PAYMENTS)


def _url(export: Export) -> str:
    return f"{settings.BACKEND_URL}{_path(export)}"


@export_kind(is_allowed=is_allowed, url=_url)
def payments_sheet(export: Export, file: IO[bytes]) -> None:
    """Write the payments that the list shows this person with these filters."""
    request = HttpRequest()
    request.GET = QueryDict(export.arguments["filters"])
    request.user = export.requested_by
    payments = _payments(request, admin.site.get_model_admin(Payment))
    file_format = export.arguments["file_format"]
    write_payments(payments.iterator(chunk_size=CHUNK), file, file_format=file_format)


def _payments(request: HttpRequest, model_admin: Any) -> QuerySet[Payment]:
    refused = BadRequest("Invalid filter or search. Use the filters of the list.")
    if not KeysetChangeList.search_form_class(request.GET).is_valid():
        raise refused
    try:
        payments: QuerySet[Payment] = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters as error:
        raise refused from error
    return payments


def _filters(query: QueryDict) -> str:
    """Return the list's filters, without its page."""
    filters = query.copy()
    filters.pop(AFTER, None)
    return filters.urlencode()


def _path(export: Export) -> str:
    return reverse("admin:billing_payment_export", args=[export.key])


def _own_export(request: HttpRequest, key: str) -> Export:
    user = _reader(request)
    try:
        return export_of(key=key, kind=payments_sheet.__name__, user=user)
    except NotFound as error:
        raise Http404(error.detail) from error


def _reader(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and may(request.user, VIEW_PAYMENTS)):
        raise PermissionDenied
    return request.user
