"""A second factor for signing in: codes of an authenticator app (TOTP, RFC 6238)."""

from time import time

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from igny8_core.auth.log_in.known_devices import known_device
from igny8_core.auth.models import User


def is_on(user: User) -> bool:
    """Tell whether a person needs a code to sign in."""
    return bool(get_mfa_adapter().is_mfa_enabled(user))


def has_given_code(request: HttpRequest) -> bool:
    """Tell whether the signed-in person has given a code again within the last minutes."""
    since = time() - account_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record["method"] == "mfa" and record.get("reauthenticated") and record["at"] > since
        for record in get_authentication_records(request, authenticated_user(request))
    )


def check_code(user: User, code: str) -> None:
    """Check a code of the app, or use up a recovery code.

    :raises ValidationError: if it is neither, or there were too many tries.
    """
    if authenticator_of(user, code) is None:
        message = "Enter the code that your authenticator app shows now, or a recovery code."
        raise ValidationError({"code": message})


def authenticator_of(user: User, code: str) -> Authenticator | None:
    """Find the authenticator that a code belongs to; a recovery code is used up.

    Attempts in browsers that the person has signed in with are counted separately, so that
    somebody else who knows the password can't lock the person out there.

    :raises ValidationError: if there were too many tries.
    """
    request = context.request
    place = "known" if known_device(request, email=user.email) else "unknown"
    app, action, key = "allauth.account", "login_failed", f"code of {user.pk}, {place}"
    if not ratelimit.consume(request, app=app, action=action, key=key):
        refusal = "too_many_login_attempts"
        raise get_adapter().validation_error(refusal)
    authenticators = Authenticator.objects.filter(user_id=user.pk)
    found = (item for item in authenticators if item.wrap().validate_code(code.strip()))
    authenticator = next(found, None)
    if authenticator is not None:
        ratelimit.clear(request, app=app, action=action, key=key)
    return authenticator


def remove(user: User) -> None:
    """Remove a person's second factor with its recovery codes, and tell them by email."""
    Authenticator.objects.filter(user_id=user.pk).delete()
    get_adapter().send_notification_mail("mfa/email/totp_deactivated", user)
