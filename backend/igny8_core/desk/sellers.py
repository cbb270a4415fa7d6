"""The seller in the admin site: one entry, copied into every new invoice."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from igny8_core.business.billing.models import SellerProfile
from igny8_core.desk.navigation import Entry, Section
from igny8_core.desk.settings import GuardedAdmin


@admin.register(SellerProfile)
class SellerProfileAdmin(GuardedAdmin):
    sidebar = Entry(Section.SETTINGS, 5, "storefront")
    list_display = ["name", "email", "tax_label", "tax_id", "updated_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SellerProfile.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
