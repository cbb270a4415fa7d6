"""Who may call what."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.auth.enums import UserRole
from igny8_core.auth.exceptions import NoAccount, NotAccountOwner
from igny8_core.auth.models import Account, User
from igny8_core.common.exceptions import NotAllowed


class HasAccount(BasePermission):
    """A user of an account; admins without one have no data of their own."""

    refusal: type[NotAllowed] = NoAccount

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether somebody is signed in.

        :raises NotAllowed: if the person may not call this.
        """
        if not isinstance(request.user, User):
            return False
        if not self.admits(request.user):
            raise self.refusal
        return True

    def admits(self, user: User) -> bool:
        """Tell whether the user belongs to an account."""
        return user.account_id is not None


class IsAccountOwner(HasAccount):
    """The user who owns the account: only the owner handles its money."""

    refusal = NotAccountOwner

    def admits(self, user: User) -> bool:
        """Tell whether the user owns its account."""
        return super().admits(user) and user.role == UserRole.OWNER


def user_of(request: Request) -> User:
    """Return the signed-in user; needs ``IsAuthenticated`` or stricter."""
    if not isinstance(request.user, User):
        message = "No user: the view lacks a permission class."
        raise TypeError(message)
    return request.user


def account_of(request: Request) -> Account:
    """Return the user's account; needs ``HasAccount``."""
    account = user_of(request).account
    if account is None:
        message = "No account: the view lacks HasAccount."
        raise TypeError(message)
    return account
