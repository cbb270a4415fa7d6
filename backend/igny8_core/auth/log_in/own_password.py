"""The own password, asked again before what somebody at an open screen must not do."""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal.httpkit import authenticated_user
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.exceptions import (
    AccountIsClosed,
    PasswordIncorrect,
    TooManyChecks,
    TooManyWrongPasswords,
)
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
        raise TooManyChecks(retry_after=A_MINUTE)
    try:
        is_right = get_adapter().reauthenticate(user, password)
    except ValidationError as error:  # allauth's refusal of one guess too many
        raise TooManyWrongPasswords(retry_after=FIVE_MINUTES) from error
    if not is_right and not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise AccountIsClosed(state=AccountStatus.CANCELLED)
    if not is_right:
        raise PasswordIncorrect
