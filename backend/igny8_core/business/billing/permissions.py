"""Who may decide on payments."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class MayViewPayments(BasePermission):
    """A user with the permission ``billing.view_payment``: every role of the approval desk."""

    message = "Only who works at the approval desk can see this."
    code = "not_desk_staff"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has the permission."""
        return request.user.is_authenticated and request.user.has_perm("billing.view_payment")


class MayViewProofs(MayViewPayments):
    """A user with the permission ``billing.view_proof`` besides."""

    message = "Your role doesn't show proofs."
    code = "proofs_not_shown"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has both permissions."""
        return super().has_permission(request, view) and request.user.has_perm("billing.view_proof")


class MayReverse(BasePermission):
    """A user with the permission ``billing.reverse_payment``."""

    message = "Only who may reverse payments can do this."
    code = "may_not_reverse"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has the permission."""
        return request.user.is_authenticated and request.user.has_perm("billing.reverse_payment")


class IsBillingAdmin(BasePermission):
    """A user with the permission ``billing.decide_payment``."""

    message = "Only billing admins can do this."
    code = "not_billing_admin"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user has the permission."""
        return request.user.is_authenticated and request.user.has_perm("billing.decide_payment")
