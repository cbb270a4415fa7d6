"""Emails about accounts; those that contain a secret are in ``adapter.py``."""

from django.conf import settings

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.log_in.keys import billing_email_key
from igny8_core.auth.models import Account
from igny8_core.auth.selectors import is_confirmed_address
from igny8_core.common.letters import Letter, NothingToSend, letter
from igny8_core.common.models import OutgoingMail


def while_it_is_to_be_confirmed(mail: OutgoingMail) -> None:
    """Require an open account whose billing address is still this one and unconfirmed."""
    account = Account.objects.get(pk=mail.arguments["account_id"])
    reason = ""
    if account.status == AccountStatus.CANCELLED:
        reason = "The account is closed."
    elif account.billing_email != mail.recipient:
        reason = "The account now has another billing email."
    elif is_confirmed_address(address=mail.recipient, account=account):
        reason = "The address is already confirmed."
    if reason:
        raise NothingToSend(reason)


@letter(premise=while_it_is_to_be_confirmed)
def confirm_billing_email(mail: OutgoingMail) -> Letter:
    """Ask a billing address whether it wants invoices. Contains no customer's text."""
    key = billing_email_key(account_id=mail.arguments["account_id"], address=mail.recipient)
    return Letter(
        template="auth/email/{language}/confirm_billing_email.txt",
        context={},
        button_url=f"{settings.FRONTEND_URL}/confirm-billing-email/{key}",
    )
