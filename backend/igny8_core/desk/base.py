"""Base classes for pages of the desk that change something."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import IntegrityError, OperationalError, connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from psycopg.errors import IntegrityError as DriverError

from igny8_core.common.exceptions import DomainError
from igny8_core.common.models import columns_of, save_fields
from igny8_core.common.money import Money
from igny8_core.common.transactions import ATTEMPTS, causes, is_contention
from igny8_core.desk.bounded import BoundedAdmin
from igny8_core.desk.model_forms import ID, DeskModelForm

UNKNOWN_CONFLICT = "It conflicts with a change that someone else has just saved."


class DeskAdmin(BoundedAdmin):
    """Saves only changed fields; simultaneous changes never cause a server error."""

    form = DeskModelForm
    change_form_before_template = "admin/seen.html"
    saved_apart: frozenset[str] = frozenset()  # fields saved by a service

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Find the row; lock it if it may be changed."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and connection.in_atomic_block:
            self.lock(request, found)
            return super().get_object(request, object_id, from_field)
        return found

    def lock(self, request: HttpRequest, obj: Model) -> None:
        """Lock a row, after those that come first in the lock order."""
        rows = type(obj)._default_manager.select_for_update(of=("self",))
        rows.filter(pk=obj.pk).first()

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Save a new row, or the changed fields of an existing one."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        if changed := (columns_of(obj) - self.saved_apart).intersection(form.changed_data):
            save_fields(obj, changed)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show and save; a conflict with somebody else's change is a message in the form.

        :raises BadRequest: if a search field contains an impossible row id.
        """
        chosen = (request.POST.get(name, "") for name in self.get_autocomplete_fields(request))
        if not all(ID.fullmatch(value) for value in chosen if value):
            message = "Invalid choice. Choose from the list."
            raise BadRequest(message)
        page = super().changeform_view
        return once_more(request, lambda: page(request, object_id, form_url, extra_context))

    def construct_change_message(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        add: bool = False,  # noqa: FBT001, FBT002
    ) -> Any:
        """Remember whether anything was changed, for the message afterwards."""
        request.nothing_changed = not add and not form.changed_data  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Log only real changes."""
        if getattr(request, "nothing_changed", False):
            return None
        return super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Don't report success if nothing was changed."""
        page: HttpResponse
        if not getattr(request, "nothing_changed", False):
            page = super().response_change(request, obj)
            return page
        messages.warning(request, "Nothing was changed.")
        if "_continue" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        page = self.response_post_save_change(request, obj)
        return page

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = super().delete_view
        return once_more(request, lambda: page(request, object_id, extra_context))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = super().changelist_view
        return once_more(request, lambda: page(request, extra_context))


class WorkflowAdmin(DeskAdmin):
    """For rows created and changed by the workflow: they can't be added or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(WorkflowAdmin):
    """For rows written by the workflow: read-only, no adding, editing or deleting."""

    list_fullwidth = True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def once_more(request: HttpRequest, page: Callable[[], HttpResponse]) -> HttpResponse:
    """Handle a request; retry it if another one was in its way.

    The second time, the form itself sees what the other request saved, and says so.
    """
    if request.method != "POST":
        return page()
    try:
        for _ in range(ATTEMPTS - 1):
            try:
                return page()
            except IntegrityError:
                continue
            except OperationalError as error:
                if not is_contention(error):
                    raise
        return page()
    except IntegrityError as error:
        words = words_of(error)
    except DomainError as refusal:
        words = refusal.detail
    messages.error(request, f"Nothing was changed. {words}")
    return HttpResponseRedirect(request.get_full_path())


def words_of(error: IntegrityError) -> str:
    """Describe in words which database rule was violated."""
    name = next(
        (cause.diag.constraint_name for cause in causes(error) if isinstance(cause, DriverError)),
        None,
    )
    constraints = (item for model in apps.get_models() for item in model._meta.constraints)
    found = next((item for item in constraints if item.name == name), None)
    return str(found.violation_error_message) if found else UNKNOWN_CONFLICT


def money_cell(money: Money) -> SafeString:
    """Format an amount for a list, with its currency and that currency's decimals."""
    return format_html('<span class="desk-money">{}</span>', money)
