"""Who may call what."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.auth.enums import UserRole
from igny8_core.auth.models import Account, User


class HasAccount(BasePermission):
    """A user of an account; admins without one have no data of their own."""

    message = "This log-in belongs to no account."
    code = "no_account"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user belongs to an account."""
        return isinstance(request.user, User) and request.user.account_id is not None


class IsAccountOwner(HasAccount):
    """The user who owns the account: only that one deals with its money."""

    message = "Only the owner of the account can do this."
    code = "not_account_owner"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user owns its account."""
        return (
            super().has_permission(request, view)
            and isinstance(request.user, User)
            and request.user.role == UserRole.OWNER
        )


def user_of(request: Request) -> User:
    """Return the logged-in user, behind ``IsAuthenticated`` or stricter."""
    if not isinstance(request.user, User):
        message = "No user: the view lacks a permission class."
        raise TypeError(message)
    return request.user


def account_of(request: Request) -> Account:
    """Return the user's account, behind ``HasAccount``."""
    account = user_of(request).account
    if account is None:
        message = "No account: the view lacks HasAccount."
        raise TypeError(message)
    return account
