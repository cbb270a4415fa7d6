"""Closing an account: its business ends, its people are erased, its invoices are kept."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account
from igny8_core.auth.selectors import mail_addresses
from igny8_core.business.billing.selectors.locks import lock_billing_of_account
from igny8_core.business.billing.selectors.people import owner_of
from igny8_core.business.data_rights.emails import tell_of_closing
from igny8_core.business.data_rights.services.business import end_business, require_closable
from igny8_core.business.data_rights.services.people import erase_people
from igny8_core.business.data_rights.services.records import erase_at_closing, kept_until
from igny8_core.business.exports.models import Export
from igny8_core.business.exports.services import forget_exports


@dataclass(frozen=True)
class Closed:
    """An account that was closed.

    :param kept_until: last day on which its invoices are kept as issued; None without invoices.
    """

    account: Account
    closed_at: datetime
    kept_until: date | None


@transaction.atomic
def close_account(*, account_id: int, actor: Actor, now: datetime) -> Closed:
    """Close an account for good, with everybody in it.

    Unpaid invoices are void, subscriptions cancelled, people and sites erased. Invoices, payments,
    ledger and events stay, as the law requires; ``erase_expired`` later erases their personal data.

    :raises AccountClosed: if it is already closed, even by somebody else just now.
    :raises PaymentAlreadyUnderReview: if a payment is under review.
    """
    locked = lock_billing_of_account(account_id=account_id)
    require_closable(locked)
    account = locked.account
    owner = owner_of(account=account)
    recipients = mail_addresses(account=account)
    erase_until = kept_until(account=account)
    end_business(locked=locked, actor=actor, now=now)
    erase_at_closing(account=account, now=now)
    forget_exports(Export.objects.filter(arguments__account_id=account.pk))
    erase_people(account=account)
    tell_of_closing(
        account=account,
        recipients=recipients,
        language=owner.language if owner else settings.LANGUAGE_CODE,
        kept_until=erase_until,
    )
    return Closed(account=account, closed_at=now, kept_until=erase_until)
