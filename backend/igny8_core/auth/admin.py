"""Accounts, plans, sites and people in the admin."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import pluralize
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, Industry, Plan, Site, Subscription, User
from igny8_core.auth.sessions import end_sessions
from igny8_core.common.admin import ReadOnlyAdmin, WorkflowAdmin, money_cell
from igny8_core.common.money import Money


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
    list_display = ["name", "slug", "amount", "interval", "included_credits", "is_public"]

    @admin.display(description="Price", ordering="price")
    def amount(self, plan: Plan) -> SafeString:
        return money_cell(Money(plan.price, plan.currency))


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
    actions = ["log_out_everywhere"]

    @admin.action(description="Log out of every browser and program", permissions=["change"])
    def log_out_everywhere(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """End all sessions of the chosen people."""
        ended = [number for user in users if (number := end_sessions(user=user))]
        if not ended:
            messages.warning(request, "Nothing was done: nobody of them is logged in.")
            return
        people = f"{len(ended)} {'person' if len(ended) == 1 else 'people'}"
        log_ins = f"{sum(ended)} log-in{pluralize(sum(ended))}"
        messages.success(request, f"{people} logged out everywhere: {log_ins} ended.")

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  (Django's)
        form_url: str = "",
    ) -> HttpResponse:
        """Give somebody another password, and tell them by mail."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if isinstance(response, HttpResponseRedirect):
            user = User.objects.get(pk=id)
            get_adapter().send_notification_mail("account/email/password_changed", user)
        return response

    def save_model(self, request: HttpRequest, user: User, form: Any, change: Any) -> None:
        """Save; who is closed is logged out, and stays so when opened again."""
        super().save_model(request, user, form, change)
        if not user.is_active:
            end_sessions(user=user)
