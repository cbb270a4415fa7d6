"""Proofs in the admin: as pictures of our own making, and as files to be saved."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from igny8_core.auth.rights import may
from igny8_core.business.billing import selectors
from igny8_core.business.billing.exceptions import ProofsBusy, ProofTypeNotAccepted
from igny8_core.business.billing.models import Payment
from igny8_core.business.billing.previews import MAX_PAGES, preview
from igny8_core.business.billing.rights import VIEW_PROOFS
from igny8_core.business.billing.views import proof_response

WIDTHS = {"96": 96, "1600": 1600}
DEFAULT_WIDTH = 1600
A_DAY = 24 * 3600


def may_see_proofs(request: HttpRequest) -> bool:
    """Tell whether the user may see the files that customers sent."""
    return may(request.user, VIEW_PROOFS)


@require_safe
def download(request: HttpRequest, payment_id: int) -> FileResponse:
    """Send the file, to be saved."""
    return proof_response(_payment(request, payment_id))


@require_safe
def show_page(request: HttpRequest, payment_id: int, page: int) -> HttpResponse:
    """Send a picture of one page of the proof; says in a header how many there are."""
    payment = _payment(request, payment_id)
    if not payment.proof or not 1 <= page <= MAX_PAGES:
        raise Http404
    width = WIDTHS.get(request.GET.get("width", ""), DEFAULT_WIDTH)
    try:
        with payment.proof.open("rb") as proof:
            picture, pages = preview(
                proof, content_type=payment.proof_content_type, page=page, width=width
            )
    except (FileNotFoundError, ProofTypeNotAccepted) as error:
        raise Http404 from error
    except ProofsBusy as busy:
        return HttpResponse(busy.detail, status=503, headers={"Retry-After": str(busy.retry_after)})
    return HttpResponse(
        picture,
        content_type="image/png",
        headers={
            "X-Pages": str(pages),
            "Cache-Control": f"private, max-age={A_DAY}, immutable",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _payment(request: HttpRequest, payment_id: int) -> Payment:
    if not may_see_proofs(request):
        raise PermissionDenied
    return get_object_or_404(selectors.payment_queue(), pk=payment_id)
