"""URLs below /api/v1/billing/."""

from django.urls import path

from igny8_core.business.billing import views

urlpatterns = [
    path("admin/payments/", views.AdminPaymentListView.as_view(), name="admin-payments"),
    path("admin/payments/confirm/", views.ConfirmPaymentView.as_view(), name="confirm-payment"),
    path(
        "admin/payments/<int:payment_id>/",
        views.AdminPaymentDetailView.as_view(),
        name="admin-payment",
    ),
    path(
        "admin/payments/<int:payment_id>/proof/",
        views.AdminPaymentProofView.as_view(),
        name="admin-payment-proof",
    ),
    path(
        "admin/payments/<int:payment_id>/approve/",
        views.ApprovePaymentView.as_view(),
        name="approve-payment",
    ),
    path(
        "admin/payments/<int:payment_id>/reject/",
        views.RejectPaymentView.as_view(),
        name="reject-payment",
    ),
    path(
        "admin/payments/<int:payment_id>/reverse/",
        views.ReversePaymentView.as_view(),
        name="reverse-payment",
    ),
    path(
        "admin/invoices/<int:invoice_id>/void/",
        views.VoidInvoiceView.as_view(),
        name="void-invoice",
    ),
    path("invoices/", views.InvoiceListView.as_view(), name="invoices"),
    path(
        "invoices/<int:invoice_id>/payment-method/",
        views.InvoicePaymentMethodView.as_view(),
        name="invoice-payment-method",
    ),
    path("invoices/<int:invoice_id>/cancel/", views.CancelOrderView.as_view(), name="cancel-order"),
    path("seller/", views.SellerView.as_view(), name="seller"),
    path("payments/", views.PaymentListView.as_view(), name="payments"),
    path("payments/<int:payment_id>/", views.PaymentDetailView.as_view(), name="payment"),
    path(
        "payments/<int:payment_id>/proof/", views.PaymentProofView.as_view(), name="payment-proof"
    ),
    path("payments/<int:payment_id>/send-proof/", views.SendProofView.as_view(), name="send-proof"),
    path(
        "payments/<int:payment_id>/withdraw/",
        views.WithdrawPaymentView.as_view(),
        name="withdraw-payment",
    ),
    path("credits/", views.CreditBalanceView.as_view(), name="credits"),
    path("credits/ledger/", views.CreditLedgerView.as_view(), name="credit-ledger"),
]
