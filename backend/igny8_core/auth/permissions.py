"""Who may call what."""

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.auth.enums import UserRole
from igny8_core.auth.exceptions import NoAccount, NotAccountOwner
from igny8_core.auth.models import Account, User
from igny8_core.auth.services.accounts import require_not_suspended
from igny8_core.common.exceptions import NotAllowed


class HasAccount(BasePermission):
    """A user of an account; admins without one have no data of their own.

    While an account is suspended its people can read, and nothing else: what is open all the same
    asks for ``MaySettle``.
    """

    refusal: type[NotAllowed] = NoAccount
    is_open_while_suspended = False

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether somebody is signed in.

        :raises NotAllowed: if the person may not call this, or the account is suspended.
        """
        user = request.user
        if not isinstance(user, User):
            return False
        if not self.admits(user):
            raise self.refusal
        if self.refuses_suspended(request.method) and user.account:
            require_not_suspended(user.account)
        return True

    def refuses_suspended(self, method: str | None) -> bool:
        """Tell whether this can't be called for a suspended account."""
        return method not in SAFE_METHODS and not self.is_open_while_suspended

    def admits(self, user: User) -> bool:
        """Tell whether the user belongs to an account."""
        return user.account_id is not None


class IsAccountOwner(HasAccount):
    """The user who owns the account: only the owner handles its money."""

    refusal = NotAccountOwner

    def admits(self, user: User) -> bool:
        """Tell whether the user owns its account."""
        return super().admits(user) and user.role == UserRole.OWNER


class MaySettle(IsAccountOwner):
    """The owner, for what a suspension leaves open: paying, changing the plan, leaving."""

    is_open_while_suspended = True


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
