"""Accounts, plans, sites and people in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, Industry, Plan, Site, Subscription, User
from igny8_core.common.admin import ReadOnlyAdmin, WorkflowAdmin


@admin.register(Account)
class AccountAdmin(WorkflowAdmin):
    list_display = ["name", "status", "plan", "credits", "country", "created_at"]
    list_filter = ["status", "plan"]
    search_fields = ["name", "billing_email", "users__email"]
    readonly_fields = ["status", "plan", "credits"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse on a closed account: nothing gets back into it."""
        is_closed = isinstance(obj, Account) and obj.status == AccountStatus.CANCELLED
        return bool(super().has_change_permission(request, obj)) and not is_closed


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_fullwidth = False
    list_display = ["account", "plan", "status", "current_period_start", "current_period_end"]
    list_filter = ["status", "plan"]
    search_fields = ["account__name"]
    list_select_related = ["account", "plan"]


@admin.register(Plan)
class PlanAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    list_display = ["name", "slug", "price", "interval", "included_credits", "is_public"]


@admin.register(Industry)
class IndustryAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "slug"]
    search_fields = ["name"]


@admin.register(Site)
class SiteAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "domain", "account", "industry"]
    search_fields = ["name", "domain", "account__name"]
    list_select_related = ["account", "industry"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], ModelAdmin):  # type: ignore[misc]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email", "first_name", "last_name", "account", "role", "is_staff"]
    list_select_related = ["account"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "account", "role", "language"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "password1", "password2"], "classes": ["wide"]}),
    ]
    filter_horizontal = ["groups"]
    autocomplete_fields = ["account"]
