"""Setting a person's password."""

from django.db import transaction

from igny8_core.auth.keys import user_of_reset_key
from igny8_core.auth.models import EmailChange, User
from igny8_core.auth.services.email_addresses import mark_verified


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

    :raises LinkInvalid, LinkExpired, LinkUsed: if the key does nothing (any more).
    """
    pk = user_of_reset_key(key).pk
    User.objects.select_for_update(of=("self",)).get(pk=pk)
    user = user_of_reset_key(key)  # as it is now: of two who use the key at once, one does
    change_password(user=user, password=password)
    mark_verified(user=user)
    return user
