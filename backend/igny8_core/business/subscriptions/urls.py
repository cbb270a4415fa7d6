"""URLs below /api/v1/billing/subscriptions/, and the one of an invoice."""

from django.urls import path

from igny8_core.business.subscriptions import views

urlpatterns = [
    path("subscriptions/", views.SubscriptionListView.as_view(), name="subscriptions"),
    path("subscriptions/upgrade/", views.UpgradeView.as_view(), name="upgrade"),
    path("subscriptions/plan-changes/", views.PlanChangesView.as_view(), name="plan-changes"),
    path("subscriptions/current/", views.CurrentView.as_view(), name="current-subscription"),
    path("subscriptions/current/cancel/", views.CancelView.as_view(), name="cancel-subscription"),
    path("subscriptions/current/keep/", views.KeepView.as_view(), name="keep-subscription"),
    path("subscriptions/current/renew/", views.RenewEarlyView.as_view(), name="renew-early"),
    path("subscriptions/current/plan/", views.NextPlanView.as_view(), name="next-plan"),
    path("invoices/<int:invoice_id>/", views.InvoiceDetailView.as_view(), name="invoice"),
]
