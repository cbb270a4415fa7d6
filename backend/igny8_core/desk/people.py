"""People, their second factors, and the groups with their permissions."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.defaultfilters import pluralize
from django.urls import reverse
from unfold.admin import ModelAdmin

from igny8_core.auth.actors import actor_from_request
from igny8_core.auth.emails import send_verification_link
from igny8_core.auth.log_in import second_factor
from igny8_core.auth.log_in.sessions import end_sessions
from igny8_core.auth.models import User
from igny8_core.auth.rights import is_desk_staff, note_change
from igny8_core.auth.services.email_addresses import cancel_email_change, change_email
from igny8_core.common.clock import utc_now
from igny8_core.common.exceptions import DomainError
from igny8_core.desk.base import DeskAdmin, ReadOnlyAdmin
from igny8_core.desk.navigation import Entry, Section
from igny8_core.desk.owners import KeepsOwnerAdmin
from igny8_core.desk.people_forms import (
    LOG_IN_OR_RIGHTS,
    GivePasswordForm,
    GroupForm,
    NewPersonForm,
    PersonForm,
    RemoveSecondFactorForm,
)

admin.site.unregister(EmailAddress)  # a person has one, edited with the person
admin.site.unregister(Group)
admin.site.unregister(Authenticator)  # nobody may see or write its seeds


def note(request: HttpRequest, *people: User) -> None:
    """Record that somebody else changed or deleted these people."""
    for person in people:
        was_staff = is_desk_staff(person)
        note_change(person, by=request.user, was_staff=was_staff, now=utc_now())


@admin.register(User)
class UserAdmin(KeepsOwnerAdmin, DjangoUserAdmin[User], DeskAdmin):  # type: ignore[misc]
    sidebar = Entry(Section.CUSTOMERS, 3, "person")
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = GivePasswordForm
    change_user_password_template = "admin/give_password.html"  # noqa: S105
    list_display = ["email", "first_name", "last_name", "account", "role", "is_staff"]
    list_select_related = ["account"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    fieldsets = [
        (None, {"fields": ["email", "your_password", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "account", "role", "language"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["email", "password1", "password2", "your_password"], "classes": ["wide"]},
        ),
    ]
    filter_horizontal = ["groups"]
    saved_apart = frozenset({"email"})
    autocomplete_fields = ["account"]
    actions = ["log_out_everywhere"]

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def log_out_everywhere(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """End all sessions of the chosen people."""
        ended = [number for user in users if (number := end_sessions(user=user))]
        if not ended:
            messages.warning(request, "Nothing was done: none of them are signed in.")
            return
        people = f"{len(ended)} {'person' if len(ended) == 1 else 'people'}"
        sessions = f"{sum(ended)} session{pluralize(sum(ended))}"
        self._leave(request, users)
        messages.success(request, f"{people} signed out everywhere: {sessions} ended.")

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  (Django's)
        form_url: str = "",
    ) -> HttpResponse:
        """Set somebody's password, and tell them by email. One's own has another page."""
        if id == str(request.user.pk):
            return HttpResponseRedirect(reverse("admin:password_change"))
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if isinstance(response, HttpResponseRedirect):
            user = User.objects.get(pk=id)
            cancel_email_change(user=user)
            note(request, user)
            get_adapter().send_notification_mail("account/email/password_changed", user)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:  # type: ignore[override]
        """Save the changes; a new address through the service that changes addresses.

        Deactivating a person signs them out; reactivating doesn't sign them in again.

        :raises BadRequest: if somebody has just signed up with the new address.
        """
        was_staff = User.objects.filter(pk=obj.pk, is_active=True, is_staff=True).exists()
        super().save_model(request, obj, form, change)
        if not change or LOG_IN_OR_RIGHTS.intersection(form.changed_data):
            note_change(obj, by=request.user, was_staff=was_staff, now=utc_now())
        if not change:
            obj.emailaddress_set.create(email=obj.email, primary=True)
            send_verification_link(user=obj)
        elif "email" in form.changed_data:
            self._change_email(request, obj)
        if not obj.is_active:
            end_sessions(user=obj)

    def delete_model(self, request: HttpRequest, user: User) -> None:
        """Delete a person, with their sessions."""
        self._leave(request, [user])
        note(request, user)
        super().delete_model(request, user)

    def delete_queryset(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Delete people, with their sessions."""
        self._leave(request, users)
        note(request, *users)
        super().delete_queryset(request, users)

    def _leave(self, request: HttpRequest, users: Iterable[User]) -> None:
        """Sign out the admin if they are among these; their message needs a session."""
        if any(user == request.user for user in users):
            logout(request)

    def _change_email(self, request: HttpRequest, user: User) -> None:
        actor = actor_from_request(request)
        try:
            change_email(user_id=user.pk, new_email=user.email, actor=actor, now=utc_now())
        except DomainError as refusal:
            raise BadRequest(refusal.detail) from refusal
        messages.info(
            request,
            f"{user.email} is now the address to sign in with. The password is unchanged. All "
            "sessions were ended. If this is now a different person, set a new password, too.",
        )


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    """For people who have lost theirs: somebody else can remove it."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Allow it for others; people remove their own with a code, on their own page."""
        is_own = isinstance(obj, Authenticator) and obj.user_id == request.user.pk
        return request.user.has_perm("mfa.delete_authenticator") and not is_own

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer none: each removal needs the admin's own password, on its own page."""
        return {}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the admin's own password."""
        form = RemoveSecondFactorForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and not form.is_valid():
            request.POST = QueryDict()  # Django's page then asks for confirmation
        return super().delete_view(request, object_id, {**(extra_context or {}), "form": form})

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Remove the person's second factor, and tell them by email."""
        second_factor.remove(obj.user)
        note(request, obj.user)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    """Permissions of groups; a change is recorded for each person in the group."""

    sidebar = Entry(Section.SETTINGS, 8, "groups")
    form = GroupForm

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: Any) -> None:
        """Save, and record a change of permissions."""
        super().save_model(request, obj, form, change)
        if "permissions" in form.changed_data:
            note(request, *obj.user_set.all())

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Delete, and record it."""
        note(request, *obj.user_set.all())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        note(request, *User.objects.filter(groups__in=queryset).distinct())
        super().delete_queryset(request, queryset)
