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
    """Give a person another password, which ends what they asked for with the earlier one.

    :param user: gets the new hash, so that a session that is to go on can.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    locked.set_password(password)
    locked.save(update_fields=["password"])
    EmailChange.objects.filter(user=locked).delete()
    user.password = locked.password


@transaction.atomic
def reset_password(*, key: str, password: str) -> User:
    """Set a new password by the key of a link, which shows too that the address is the person's.

    What somebody else has set up who signed up with it ends: their log-ins, and their billing
    address's mails.

    :raises LinkInvalid, LinkExpired, LinkUsed: if the key does nothing (any more).
    """
    asked = user_of_reset_key(key)
    account = lock_account_of(asked)
    User.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    user = user_of_reset_key(key)  # as it is now: of two who use the key at once, one does
    if account and not has_verified_address(user):
        forget_billing_consent(account)
    change_password(user=user, password=password)
    mark_verified(user=user)
    return user
