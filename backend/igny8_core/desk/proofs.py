"""Proofs in the admin site: the worker's pictures, and the files as downloads."""

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from igny8_core.auth.rights import may
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.rights import VIEW_PROOFS
from igny8_core.business.billing.selectors.queue import payment_queue
from igny8_core.business.billing.views import proof_response
from igny8_core.business.proofs.files import page_of, thumbnail_of
from igny8_core.common.exceptions import NotFound

A_DAY = 24 * 3600


def may_see_proofs(request: HttpRequest) -> bool:
    """Tell whether the user may see the files that customers sent."""
    return may(request.user, VIEW_PROOFS)


@require_safe
def download(request: HttpRequest, payment_id: int) -> FileResponse:
    """Send the file as a download."""
    try:
        return proof_response(_payment(request, payment_id))
    except NotFound as error:
        raise Http404 from error


@require_safe
def show_page(request: HttpRequest, payment_id: int, page: int) -> HttpResponse:
    """Send the picture of one page of the proof.

    :param page: from 1; 0 is the thumbnail of the first.
    """
    payment = _payment(request, payment_id)
    if not payment.proof_pages or page > payment.proof_pages:
        raise Http404
    name = str(payment.proof)
    try:
        with default_storage.open(page_of(name, page) if page else thumbnail_of(name)) as file:
            picture = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        picture,
        content_type="image/jpeg",
        headers={
            "Cache-Control": f"private, max-age={A_DAY}, immutable",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _payment(request: HttpRequest, payment_id: int) -> Payment:
    if not may_see_proofs(request):
        raise PermissionDenied
    return get_object_or_404(payment_queue(), pk=payment_id)
