"""Adding, changing and removing sites."""

from typing import TypedDict

from django.db import IntegrityError, transaction

from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.exceptions import (
    AccountIsClosed,
    AccountNotOpen,
    AccountUnpaid,
    DomainAlreadyAdded,
    SiteLimitReached,
)
from igny8_core.auth.models import Account, Industry, Site, SiteUserAccess, User
from igny8_core.auth.selectors import lock_account, lock_site, terms_of
from igny8_core.auth.services.accounts import require_not_suspended

USABLE_STATUSES = (AccountStatus.TRIAL, AccountStatus.ACTIVE)


class SiteChanges(TypedDict, total=False):
    """The fields of a site that its people may change."""

    name: str
    domain: str
    industry: Industry


@transaction.atomic
def add_site(
    *, account: Account, creator: User, name: str, domain: str, industry: Industry
) -> Site:
    """Add a site and give its creator access to it.

    :raises AccountSuspended, AccountNotUsable: unless the account is on trial or active.
    :raises SiteLimitReached: if the plan's limit is reached.
    :raises DomainAlreadyAdded: if the account has this domain.
    """
    locked = lock_account(account_id=account.pk)  # two simultaneous calls must not exceed the limit
    _require_usable(locked)
    _require_room_for_a_site(locked)
    try:
        with transaction.atomic():
            site = Site.objects.create(account=locked, name=name, domain=domain, industry=industry)
    except IntegrityError as error:
        raise DomainAlreadyAdded(domain=domain) from error
    SiteUserAccess.objects.create(site=site, user=creator)
    return site


@transaction.atomic
def change_site(*, site_id: int, user: User, account: Account, changes: SiteChanges) -> Site:
    """Change a site's details.

    :param changes: the fields to change; the others keep even simultaneous changes.
    :raises AccountSuspended, AccountNotUsable: if the account was suspended or closed at this
        moment.
    :raises NotFound: if the user works on no such site, or somebody has removed it.
    :raises DomainAlreadyAdded: if another site of the account has this domain.
    """
    site = _lock_site(site_id=site_id, user=user, account=account)
    for field, value in changes.items():
        setattr(site, field, value)
    try:
        with transaction.atomic():
            site.save(update_fields=[*changes, "updated_at"])
    except IntegrityError as error:
        raise DomainAlreadyAdded(domain=site.domain) from error
    return site


@transaction.atomic
def remove_site(*, site_id: int, user: User, account: Account) -> None:
    """Remove a site and the access to it.

    :raises AccountSuspended, AccountNotUsable: if the account was suspended or closed at this
        moment.
    :raises NotFound: if the user works on no such site, or somebody has removed it.
    """
    _lock_site(site_id=site_id, user=user, account=account).delete()


def _lock_site(*, site_id: int, user: User, account: Account) -> Site:
    locked = lock_account(account_id=account.pk)
    if locked.status == AccountStatus.CANCELLED:
        raise AccountIsClosed(state=locked.status)
    require_not_suspended(locked)
    return lock_site(site_id=site_id, user=user, account=locked)


def _require_usable(account: Account) -> None:
    require_not_suspended(account)
    if account.status == AccountStatus.PENDING_PAYMENT:
        raise AccountUnpaid(state=account.status)
    if account.status not in USABLE_STATUSES:
        raise AccountNotOpen(state=account.status)


def _require_room_for_a_site(account: Account) -> None:
    terms = terms_of(account=account)
    if account.sites.count() >= terms.max_sites:
        raise SiteLimitReached(account, terms)
