"""The rights of the approval desk, as the API's views ask for them."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.auth.rights import Right, require
from igny8_core.business.billing import rights


class _Requires(BasePermission):
    """Requires a signed-in user with a right; the error says what is missing."""

    right: Right

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether somebody is signed in.

        :raises NotAllowed: if they lack the right.
        """
        if not request.user.is_authenticated:
            return False
        require(request.user, self.right)
        return True


class MayViewPayments(_Requires):
    """Every role of the approval desk."""

    right = rights.VIEW_PAYMENTS


class MayViewProofs(_Requires):
    """The roles that may see customers' proofs."""

    right = rights.VIEW_PROOFS


class MayReverse(_Requires):
    """Who may reverse an approval."""

    right = rights.REVERSE


class IsBillingAdmin(_Requires):
    """Who may approve and reject."""

    right = rights.DECIDE
