"""The last email to a customer."""

from collections.abc import Iterable
from datetime import date

from igny8_core.auth.models import Account
from igny8_core.common.mail import queue_mail


def tell_of_closing(
    *, account: Account, recipients: Iterable[str], language: str, kept_until: date | None
) -> None:
    """Queue the email to the addresses that the account had."""
    for recipient in dict.fromkeys(recipients):
        queue_mail(
            kind="account_closed",
            about=account.pk,
            recipient=recipient,
            language=language,
            kept_until=kept_until.isoformat() if kept_until else "",
        )
