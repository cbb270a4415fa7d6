"""Changes of settings: their history, and those waiting for a second admin."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.views.decorators.http import require_POST
from unfold.decorators import display

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.rights import may
from igny8_core.business.billing.enums import ChangeOutcome
from igny8_core.business.billing.models import SettingChange
from igny8_core.business.billing.rights import right_to_change
from igny8_core.business.billing.services.setting_changes import (
    agree_to_change,
    model_of,
    refuse_change,
)
from igny8_core.business.notifications.change_words import changed_values, model_name
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.common.transactions import commit_or_retry
from igny8_core.desk.base import ReadOnlyAdmin
from igny8_core.desk.model_forms import ID
from igny8_core.desk.navigation import Entry, Section
from igny8_core.desk.settings import change_url

MAX_REASON = 1000
WAITING = "waiting"


class OutcomeFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value or WAITING, label) for value, label in ChangeOutcome.choices]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SettingChange]
    ) -> QuerySet[SettingChange]:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(outcome="" if chosen == WAITING else chosen)


@admin.register(SettingChange)
class SettingChangeAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.SETTINGS, 3, "published_with_changes")
    list_display = ["proposed_at", "what", "kind", "proposed_by", "state", "decided_by"]
    list_display_links = ["what"]
    list_filter = [OutcomeFilter]
    list_select_related = ["proposed_by", "decided_by"]
    search_fields = ["name"]
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettingChange]:
        """Return the changes that the user may see."""
        seen = [
            model._meta.label_lower
            for model in apps.get_models()
            if request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        ]
        found: QuerySet[SettingChange] = super().get_queryset(request)
        return found.filter(model__in=seen)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow a setting's page to link to its own history."""
        return lookup in {"model", "object_id"} or super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[URLPattern]:
        wrap: Callable[[Any], Any] = self.admin_site.admin_view
        return [
            path("<int:change_id>/agree/", wrap(self.agree), name="billing_settingchange_agree"),
            path("<int:change_id>/refuse/", wrap(self.refuse), name="billing_settingchange_refuse"),
            *super().get_urls(),
        ]

    @admin.display(description="Setting")
    def what(self, change: SettingChange) -> str:
        return change.name

    @admin.display(description="Kind")
    def kind(self, change: SettingChange) -> str:
        return model_name(change).capitalize()

    @display(  # type: ignore[untyped-decorator]
        description="State",
        label={
            "In effect": "success",
            "Waiting": "warning",
            "Refused": "danger",
            "Withdrawn": "info",
        },
    )
    def state(self, change: SettingChange) -> str:
        return change.get_outcome_display()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a change with its values before and after, and what can be done."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        change = self._change(request, object_id)
        can_change = change.waits and may(request.user, right_to_change(model_of(change)))
        is_own = change.proposed_by_id == request.user.pk
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Change of {change.name}",
            "change_row": change,
            "kind": model_name(change),
            "values": changed_values(change),
            "setting_url": _setting_url(change),
            "can_agree": can_change and not is_own,
            "can_withdraw": can_change and is_own,
            "max_reason": MAX_REASON,
        }
        return TemplateResponse(request, "admin/billing/setting_change.html", context)

    def agree(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """Agree to a change."""

        def act() -> str:
            change = agree_to_change(
                change_id=change_id, actor=actor_from_request(request), now=utc_now()
            )
            return f"In effect: {change.name} was changed."

        return self._decide(request, change_id, act)

    def refuse(self, request: HttpRequest, change_id: int) -> HttpResponse:
        """Refuse a change, or withdraw one's own."""
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:MAX_REASON]

        def act() -> str:
            change = refuse_change(
                change_id=change_id,
                actor=actor_from_request(request),
                now=utc_now(),
                reason=reason,
            )
            return f"{change.get_outcome_display()}. Nothing changes for customers."

        return self._decide(request, change_id, act)

    def _decide(self, request: HttpRequest, change_id: int, act: Callable[[], str]) -> HttpResponse:
        @require_POST
        def decide(request: HttpRequest) -> HttpResponse:
            change = self._change(request, str(change_id))
            if not may(request.user, right_to_change(model_of(change))):
                raise PermissionDenied
            try:
                messages.success(request, commit_or_retry(act))
            except DomainError as refusal:
                messages.error(request, f"Nothing was changed. {refusal.detail}")
            return HttpResponseRedirect(change_url(change))

        return decide(request)

    def _change(self, request: HttpRequest, object_id: str) -> SettingChange:
        rows = self.get_queryset(request).select_related("proposed_by", "decided_by")
        pk = int(object_id) if ID.fullmatch(object_id) else None
        return get_object_or_404(rows, pk=pk)


def _setting_url(change: SettingChange) -> str:
    """Return the page of the changed setting, if it has one."""
    name = change.model.replace(".", "_")
    try:
        if change.object_id is not None:
            return reverse(f"admin:{name}_change", args=[change.object_id])
        return reverse(f"admin:{name}_changelist")
    except NoReverseMatch:
        return ""
