"""URLs below /api/v1/ for what is sold and how to pay for it."""

from django.urls import path

from igny8_core.business.catalogue import views

urlpatterns = [
    path("plans/", views.PlanListView.as_view(), name="plans"),
    path("industries/", views.IndustryListView.as_view(), name="industries"),
    path("countries/", views.CountryListView.as_view(), name="countries"),
    path("countries/<str:code>/", views.CountryDetailView.as_view(), name="country"),
    path(
        "billing/admin/payment-methods/",  # public, despite its URL
        views.PaymentMethodListView.as_view(),
        name="payment-methods",
    ),
]
