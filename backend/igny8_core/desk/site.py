"""The admin site: its sign-in accepts a second factor, and may require one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from igny8_core.auth.models import User
from igny8_core.auth.rights import is_desk_staff, lacks_second_factor
from igny8_core.auth.services.email_addresses import cancel_email_change
from igny8_core.desk import second_factor
from igny8_core.desk.model_forms import ID
from igny8_core.desk.people_forms import OwnPasswordForm

View = Callable[..., HttpResponse]


class DeskAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """The site where admins work."""

    login_form = second_factor.AdminLoginForm
    login_template = "admin/second_factor_login.html"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Leave the colours to ``desk/theme.css``: the policy forbids style elements."""
        return {**super().each_context(request), "colors": {}}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return what Django's own menu shows when it is looked at: our sidebar is another one."""
        return SimpleLazyObject(lambda: super(DeskAdminSite, self).get_app_list(request, app_label))

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002  (Django's)
        """Require a second factor if the setting asks for one.

        Manipulated values, and values that fit no column, are a bad request: Django's own lists
        would fail on them.
        """
        guarded: View = super().admin_view(view, cacheable)
        if getattr(view, "is_open_without_second_factor", False):
            return guarded

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_desk_staff(request.user) and lacks_second_factor(request.user):
                return HttpResponseRedirect(reverse("admin:second_factor"))
            if not all(map(ID.fullmatch, request.POST.getlist(ACTION_CHECKBOX_NAME))):
                message = "Invalid selection. Select rows in the list and try again."
                raise BadRequest(message)
            try:
                return guarded(request, *args, **kwargs)
            except DataError as error:
                message = "A value in this address or form can't be stored."
                raise BadRequest(message) from error

        return inner

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Change one's own password; an email confirms it."""
        done = reverse(f"{self.name}:password_change_done", current_app=self.name)
        request.current_app = self.name
        response: Any = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=done,
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)
        if isinstance(response, HttpResponseRedirect) and isinstance(request.user, User):
            cancel_email_change(user=request.user)
            get_adapter().send_notification_mail("account/email/password_changed", request.user)
        answer: HttpResponse = response
        return answer

    def extra_urls(self) -> list[URLPattern]:
        """Add the page to set up one's own second factor."""

        def page(request: HttpRequest) -> HttpResponse:
            return second_factor.manage(request, self.each_context(request))

        page.is_open_without_second_factor = True  # type: ignore[attr-defined]
        return [path("second-factor/", self.admin_view(page), name="second_factor")]
