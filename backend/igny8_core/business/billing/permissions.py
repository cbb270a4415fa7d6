"""Who may see and decide on payments."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class _HasPermissions(BasePermission):
    """Staff with all of these permissions: who is no staff any more has none at the desk."""

    permissions: tuple[str, ...] = ()

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has them."""
        user = request.user
        return bool(user.is_authenticated and user.is_staff and user.has_perms(self.permissions))


class MayViewPayments(_HasPermissions):
    """Every role of the approval desk."""

    permissions = ("billing.view_payment",)
    message = "Only who works at the approval desk can see this."
    code = "not_desk_staff"


class MayViewProofs(_HasPermissions):
    """The roles that see what customers have sent."""

    permissions = ("billing.view_payment", "billing.view_proof")
    message = "Your role doesn't show proofs."
    code = "proofs_not_shown"


class MayReverse(_HasPermissions):
    """Who may take an approval back."""

    permissions = ("billing.reverse_payment",)
    message = "Only who may reverse payments can do this."
    code = "may_not_reverse"


class IsBillingAdmin(_HasPermissions):
    """Who may decide."""

    permissions = ("billing.decide_payment",)
    message = "Only billing admins can do this."
    code = "not_billing_admin"
