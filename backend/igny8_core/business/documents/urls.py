"""URLs below /api/v1/billing/ for documents."""

from django.urls import path

from igny8_core.business.documents import views

urlpatterns = [
    path("invoices/<int:invoice_id>/pdf/", views.InvoicePdfView.as_view(), name="invoice-pdf"),
]
