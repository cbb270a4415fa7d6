"""Accounts, their subscriptions and sites at the desk."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, Industry, Site
from igny8_core.auth.services.billing_email import send_billing_email_link
from igny8_core.common.clock import utc_now
from igny8_core.desk import override_pages, overrides
from igny8_core.desk.account_forms import AccountForm, SiteForm
from igny8_core.desk.base import DeskAdmin, WorkflowAdmin
from igny8_core.desk.navigation import Entry, Section


@admin.register(Account)
class AccountAdmin(WorkflowAdmin):
    sidebar = Entry(Section.CUSTOMERS, 1, "apartment")
    form = AccountForm
    change_form_outer_before_template = "admin/igny8_auth/account/subscriptions.html"
    list_display = ["name", "status", "plan", "credits", "country", "created_at"]
    list_filter = ["status", "plan"]
    search_fields = ["name", "billing_email", "users__email"]
    ordering = ["-pk"]
    readonly_fields = [
        "status",
        "plan",
        "credits",
        "plan_credits",
        "confirmed_billing_email",
        "suspended_at",
        "next_billing_step_at",
        "parked_at",
        "parked_reason",
    ]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse for a closed account: nothing may be written to it."""
        is_closed = isinstance(obj, Account) and obj.status == AccountStatus.CANCELLED
        return bool(super().has_change_permission(request, obj)) and not is_closed

    def get_urls(self) -> list[URLPattern]:
        """Add the acts that need no subscription."""
        wrap: Callable[[Any], Any] = self.admin_site.admin_view
        acts = [
            path(
                f"<int:account_id>/{name}/",
                wrap(override_pages.view_of(name, override_pages.on_account)),
                {"model_admin": self},
                name=f"igny8_auth_account_{name}",
            )
            for name in overrides.OF_ACCOUNTS
        ]
        return [*acts, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        """Offer the acts that need no subscription."""
        acts = override_pages.offered_on_account(request, context["original"])
        page: HttpResponse = super().render_change_form(
            request, {**context, "acts": acts}, *args, **options
        )
        return page

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save the changes, and ask a new billing address for confirmation."""
        super().save_model(request, obj, form, change)
        if "billing_email" in form.changed_data:
            send_billing_email_link(account=obj, now=utc_now())


@admin.register(Industry)
class IndustryAdmin(DeskAdmin):
    sidebar = Entry(Section.SETTINGS, 7, "category")
    list_display = ["name", "slug"]
    search_fields = ["name"]


@admin.register(Site)
class SiteAdmin(DeskAdmin):
    """Sites can't be added here: the account's people add them, and so get access."""

    sidebar = Entry(Section.CUSTOMERS, 4, "language")
    form = SiteForm
    readonly_fields = ["account"]
    list_display = ["name", "domain", "account", "industry"]
    search_fields = ["name", "domain", "account__name"]
    list_select_related = ["account", "industry"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
