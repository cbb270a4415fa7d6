"""Setting a person's password."""

from django.db import transaction

from igny8_core.auth.log_in.keys import user_of_reset_key
from igny8_core.auth.models import EmailChange, User
from igny8_core.auth.selectors import has_verified_address
from igny8_core.auth.services.email_addresses import (
    forget_billing_consent,
    lock_account_of,
    mark_verified,
)


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """Change a person's password; this cancels requests made with the old one.

    :param user: gets the new hash, so that the current session can continue.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    locked.set_password(password)
    locked.save(update_fields=["password"])
    EmailChange.objects.filter(user=locked).delete()
    user.password = locked.password


@transaction.atomic
def reset_password(*, key: str, password: str) -> User:
    """Set a new password with the key of a link; this also verifies the person's address.

    If somebody else signed up with the address, their sessions and their billing address's emails
    end.

    :raises LinkInvalid, LinkExpired, LinkUsed: if the key does nothing (any more).
    """
    asked = user_of_reset_key(key)
    account = lock_account_of(asked)
    User.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    user = user_of_reset_key(key)  # read under the lock: only one of two simultaneous uses succeeds
    if account and not has_verified_address(user):
        forget_billing_consent(account)
    change_password(user=user, password=password)
    mark_verified(user=user)
    return user
