"""URLs below /api/v1/billing/subscriptions/."""

from django.urls import path

from igny8_core.business.subscriptions import views

urlpatterns = [
    path("", views.SubscriptionListView.as_view(), name="subscriptions"),
    path("upgrade/", views.UpgradeView.as_view(), name="upgrade"),
]
