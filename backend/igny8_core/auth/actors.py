"""Who does something, and from where; passed to every service that changes a state."""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from igny8_core.auth.models import User


@dataclass(frozen=True)
class Actor:
    """A person; without a user, the system itself or a visitor.

    :param ip_address: where the request came from; None outside a request.
    """

    user: User | None = None
    ip_address: str | None = None


def actor_from_request(request: HttpRequest) -> Actor:
    """Return who sent a request; ``TRUSTED_PROXY_COUNT`` tells how to get the address."""
    user = request.user if isinstance(request.user, User) else None
    return Actor(user=user, ip_address=get_adapter().get_client_ip(request) or None)
