"""The own password, asked again before what somebody at an open screen must not do."""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal.httpkit import authenticated_user
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.exceptions import AccountNotUsable, PasswordIncorrect, TooManyAttempts
from igny8_core.auth.models import User

A_MINUTE = 60  # seconds
FIVE_MINUTES = 5 * A_MINUTE


def require_own_password(request: HttpRequest, *, password: str) -> None:
    """Check that it is the person who is logged in, by the same count of tries as the log-in.

    :raises TooManyAttempts: beyond that count, or the rate of such checks.
    :raises PasswordIncorrect: if it is not the user's password.
    :raises AccountNotUsable: if somebody else of the account has closed it meanwhile.
    """
    user = authenticated_user(request)
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        detail = "Too many attempts. Try again in a minute."
        raise TooManyAttempts(detail, retry_after=A_MINUTE)
    try:
        is_right = get_adapter().reauthenticate(user, password)
    except ValidationError as error:  # allauth's refusal of one guess too many
        detail = "Too many wrong passwords. Try again in a few minutes."
        raise TooManyAttempts(detail, retry_after=FIVE_MINUTES) from error
    if not is_right and not User.objects.filter(pk=user.pk, is_active=True).exists():
        detail = "The account was closed at this moment."
        raise AccountNotUsable(detail, state=AccountStatus.CANCELLED)
    if not is_right:
        detail = "The password is not right."
        raise PasswordIncorrect(detail, attr="password")
