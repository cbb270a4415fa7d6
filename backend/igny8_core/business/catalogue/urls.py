"""Addresses below /api/v1/ of what is sold and how it can be paid."""

from django.urls import path

from igny8_core.business.catalogue import views

urlpatterns = [
    path("plans/", views.PlanListView.as_view(), name="plans"),
    path("industries/", views.IndustryListView.as_view(), name="industries"),
    path("countries/", views.CountryListView.as_view(), name="countries"),
    path("countries/<str:code>/", views.CountryDetailView.as_view(), name="country"),
    path(
        "billing/admin/payment-methods/",  # everybody's, in spite of its address
        views.PaymentMethodListView.as_view(),
        name="payment-methods",
    ),
]
