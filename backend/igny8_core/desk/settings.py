"""Settings at the desk: every change is in the history, and some need a second admin."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime

from igny8_core.auth.actors import actor_from_request
from igny8_core.business.billing.models import SettingChange
from igny8_core.business.billing.services.setting_changes import (
    add_setting,
    change_setting,
    history_of,
    needs_consent,
    plain_values,
    record_change,
    waiting_change_of,
)
from igny8_core.common.clock import utc_now
from igny8_core.common.models import columns_of
from igny8_core.desk.base import DeskAdmin
from igny8_core.desk.model_forms import DeskModelForm

SHOWN_CHANGES = 5


def change_url(change: SettingChange) -> str:
    """Return the page of a change."""
    return reverse("admin:billing_settingchange_change", args=[change.pk])


def history_url(obj: Model) -> str:
    """Return the list of a setting's changes."""
    listed = reverse("admin:billing_settingchange_changelist")
    return f"{listed}?model={obj._meta.label_lower}&object_id={obj.pk}"


class SettingAdmin(DeskAdmin):
    """Records the values before each change."""

    change_form_outer_before_template = "admin/billing/setting_history.html"

    class Media:
        css = {"all": ["desk/desk.css"]}

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Save the changes, with their history."""
        names = columns_of(obj).intersection(form.changed_data)
        stored = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None
        before = plain_values(stored, names) if stored else {}
        super().save_model(request, obj, form, change)
        if names:
            record_change(
                obj=obj,
                before=before,
                after=plain_values(obj, names),
                actor=actor_from_request(request),
                now=utc_now(),
            )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the newest changes above the form."""
        obj = kwargs.get("obj")
        if obj is not None:
            context |= {
                "changes": history_of(obj).select_related("proposed_by", "decided_by")[
                    :SHOWN_CHANGES
                ],
                "history_url": history_url(obj),
                "waiting_change": waiting_change_of(obj),
            }
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page


class GuardedForm(DeskModelForm):
    """A form of a setting that needs two admins: one change at a time."""

    def clean(self) -> dict[str, Any]:
        """Refuse a second proposal while one waits."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        waiting = None if self.instance._state.adding else waiting_change_of(self.instance)
        guarded = [
            name
            for name in self.changed_data
            if name in cleaned and needs_consent(type(self.instance), name, cleaned[name])
        ]
        if waiting and guarded:
            message = (
                f"A change by {waiting.proposed_by} is already waiting. Approve or refuse it "
                "before you propose another."
            )
            self.add_error(guarded[0], message)
        return cleaned


class GuardedAdmin(SettingAdmin):
    """Proposes changes that need a second admin, and saves the rest."""

    form = GuardedForm

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Pass the values to the service, which decides about each."""
        model, actor, now = type(obj), actor_from_request(request), utc_now()
        if not change:
            after = plain_values(obj, columns_of(obj).intersection(form.cleaned_data))
            request.proposal = add_setting(model=model, after=after, actor=actor, now=now)  # type: ignore[attr-defined]
            return
        request.proposal = change_setting(  # type: ignore[attr-defined]
            obj=model._default_manager.get(pk=obj.pk),
            after=plain_values(obj, form.changed_data),
            actor=actor,
            now=now,
        )

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Don't log a new row: only the proposal exists yet."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Log what was only proposed."""
        proposal = _proposal(request)
        words = f"Proposed change {proposal.pk}." if proposal else message
        return super().log_change(request, obj, words)

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Redirect to the proposal."""
        return self._lead_on(request) or HttpResponseRedirect("../")

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Redirect to the proposal, if there is one."""
        return self._lead_on(request) or super().response_change(request, obj)

    def _lead_on(self, request: HttpRequest) -> HttpResponse | None:
        proposal = _proposal(request)
        if proposal is None:
            return None
        if not proposal.waits:
            messages.success(
                request, "The change is in effect: there is no other admin to approve it."
            )
        elif proposal.takes_effect_at:
            at = localtime(proposal.takes_effect_at)
            messages.warning(
                request,
                f"Proposed. It takes effect at {at:%d %b %Y, %H:%M %Z}: "
                "there is no second admin to approve it sooner.",
            )
        else:
            messages.warning(request, "Proposed. It takes effect when another admin approves it.")
        return HttpResponseRedirect(change_url(proposal))


def _proposal(request: HttpRequest) -> SettingChange | None:
    return getattr(request, "proposal", None)
