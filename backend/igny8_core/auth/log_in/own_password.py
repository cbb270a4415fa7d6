"""Asks for a person's own password again before sensitive actions."""

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
    """Check the password of the signed-in person, with the same limit on attempts as the sign-in.

    :raises TooManyAttempts: beyond that limit, or beyond the rate of such checks.
    :raises PasswordIncorrect: if it is not the user's password.
    :raises AccountNotUsable: if somebody else has closed the account meanwhile.
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
