"""Who may decide on payments."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsBillingAdmin(BasePermission):
    """A user with the permission ``billing.decide_payment``."""

    message = "Only billing admins can do this."
    code = "not_billing_admin"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has the permission."""
        return request.user.is_authenticated and request.user.has_perm("billing.decide_payment")
