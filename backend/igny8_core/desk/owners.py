"""Every open account has one owner: the desk's checks, and handing an account over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from igny8_core.auth.enums import AccountStatus, UserRole
from igny8_core.auth.models import Account, User
from igny8_core.auth.selectors import lock_account
from igny8_core.auth.services.accounts import hand_over
from igny8_core.desk.model_forms import ID

HAND_OVER_FIRST = "First make another person the owner of {account}."


def owners_in_charge(users: QuerySet[User]) -> QuerySet[User]:
    """Those of these people who own an open account."""
    return users.filter(role=UserRole.OWNER, account__isnull=False).exclude(
        account__status=AccountStatus.CANCELLED
    )


class KeepsOwner(forms.ModelForm[Any]):
    """Form mixin: an open account keeps its owner, and gets no second one."""

    def clean(self) -> dict[str, Any]:
        """Reject changes that would leave an account without a valid owner."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        role = cleaned.get("role", self.instance.role)
        account = cleaned.get("account", self.instance.account)
        is_active = cleaned.get("is_active", self.instance.is_active)
        if self._is_in_charge():
            self._require_stays(role=role, account=account)
        elif role == UserRole.OWNER:
            self._require_may_own(account=account, is_active=is_active)
        is_closed = account is not None and account.status == AccountStatus.CANCELLED
        if account != self._before.account and is_closed:
            self.add_error("account", f"{account} is closed. No one can be added to it.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Skip the check for one owner: on saving, the current one makes room."""
        return {*super()._get_validation_exclusions(), "account"}  # type: ignore[misc]

    @cached_property
    def _before(self) -> User:
        """The person as in the database: the instance has the typed values."""
        return User.objects.filter(pk=self.instance.pk).first() or User()

    def _is_in_charge(self) -> bool:
        return owners_in_charge(User.objects.filter(pk=self.instance.pk)).exists()

    def _require_stays(self, *, role: str, account: Account | None) -> None:
        before = self._before
        words = HAND_OVER_FIRST.format(account=before.account)
        if account != before.account:
            self.add_error("account", f"This person owns {before.account}. {words}")
        elif role != UserRole.OWNER:
            self.add_error("role", f"An account needs an owner. {words}")

    def _require_may_own(self, *, account: Account | None, is_active: bool) -> None:
        if account is None:
            self.add_error("role", "An owner needs an account. Choose one.")
        elif not is_active:
            self.add_error("role", "Only an active person can be the owner.")
        elif account != self._before.account and account.users.exists():
            self.add_error(
                "role", f"Add this person to {account} as a member first, then make them the owner."
            )


class KeepsOwnerAdmin:
    """Page mixin: hands accounts over, and never deletes the owner of an open one."""

    def lock(self, request: HttpRequest, obj: User) -> None:
        """Lock the old and the new account, then the person."""
        posted = request.POST.get("account", "")
        ids = {obj.account_id, int(posted) if ID.fullmatch(posted) else None}
        for account_id in sorted(pk for pk in ids if pk is not None):
            if Account.objects.filter(pk=account_id).exists():
                lock_account(account_id=account_id)
        super().lock(request, obj)  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: Any) -> None:
        """Save; a new owner takes the account over from the current one."""
        if obj.account and obj.role == UserRole.OWNER:
            for former in hand_over(account=obj.account, new_owner=obj):
                LogEntry.objects.create(
                    user_id=int(request.user.pk or 0),
                    content_type=ContentType.objects.get_for_model(User),
                    object_id=str(former.pk),
                    object_repr=str(former),
                    action_flag=CHANGE,
                    change_message=f"Transferred {obj.account} to {obj}.",
                )
                messages.info(request, f"{former} is now a member of {obj.account}.")
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """List owners of open accounts among the protected objects."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)  # type: ignore[misc]
        owners = owners_in_charge(User.objects.filter(pk__in=[item.pk for item in objs]))
        named = [f"Owner of {user.account}: {user}" for user in owners.select_related("account")]
        return found, counts, set() if named else missing, [*protected, *named]
