"""An account's billing address gets emails only after its reader has confirmed it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from igny8_core.auth.enums import AccountStatus, UserRole
from igny8_core.auth.log_in.keys import NotTheBillingEmail, billing_email_of_key
from igny8_core.auth.models import Account
from igny8_core.auth.selectors import is_confirmed_address
from igny8_core.common.clock import business_day
from igny8_core.common.mail import queue_mail
from igny8_core.common.models import OutgoingMail

KIND = "confirm_billing_email"
LINKS_A_DAY = 5  # per account, each to a different address


def send_billing_email_link(*, account: Account, now: datetime) -> None:
    """Ask the billing address whether it wants emails: once a day, and only a few addresses.

    People of the account are not asked: they confirm their own address.
    """
    address = account.billing_email
    if not address or account.users.filter(email=address.lower()).exists():
        return
    if is_confirmed_address(address=address, account=account):
        return
    about = f"{account.pk}:{business_day(now)}"
    if OutgoingMail.objects.filter(key=f"{KIND}:{about}").count() >= LINKS_A_DAY:
        return
    owner = account.users.filter(role=UserRole.OWNER).first()
    queue_mail(
        kind=KIND,
        about=about,
        recipient=address,
        language=owner.language if owner else settings.LANGUAGE_CODE,
        account_id=account.pk,
    )


@transaction.atomic
def confirm_billing_email(*, key: str) -> str:
    """Confirm a billing address and return it; confirming it again changes nothing.

    :raises LinkInvalid, LinkExpired: if the key isn't ours, or is too old.
    :raises LinkUsed: if the account has another address now, or is closed.
    """
    account_id, address = billing_email_of_key(key)
    account = Account.objects.select_for_update(of=("self",)).filter(pk=account_id).first()
    if account is None or account.billing_email != address:
        raise NotTheBillingEmail
    if account.status == AccountStatus.CANCELLED:
        raise NotTheBillingEmail
    account.confirmed_billing_email = address
    account.save(update_fields=["confirmed_billing_email", "updated_at"])
    return address
