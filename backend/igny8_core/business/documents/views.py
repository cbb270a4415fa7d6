"""The papers of an account, to be printed or filed."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.auth.permissions import HasAccount, account_of
from igny8_core.business.billing.models import Invoice
from igny8_core.business.billing.selectors.invoices import invoice_of
from igny8_core.business.documents.invoice_pdf import invoice_pdf
from igny8_core.common.http.describe import describe_file
from igny8_core.common.transactions import one_moment


@describe_file(
    "download_invoice",
    "Invoices",
    "Download an invoice as PDF",
    "For printing or filing.",
    "application/pdf",
)
class InvoicePdfView(APIView):
    permission_classes = [HasAccount]

    @one_moment()
    def get(self, request: Request, invoice_id: int) -> HttpResponse:
        return pdf_response(invoice_of(account=account_of(request), invoice_id=invoice_id))


def pdf_response(invoice: Invoice) -> HttpResponse:
    """Answer with an invoice's document, to be saved."""
    return HttpResponse(
        invoice_pdf(invoice),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{invoice.number}.pdf"'},
    )
