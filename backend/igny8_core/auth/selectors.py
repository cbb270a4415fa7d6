"""Reads of accounts and their subscriptions, each limited to the tenant."""

from collections.abc import Collection, Iterable

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from igny8_core.auth.enums import (
    LIVE_SUBSCRIPTION_STATUSES,
    AccountStatus,
    SubscriptionStatus,
    UserRole,
)
from igny8_core.auth.exceptions import (
    NoSuchCountry,
    NoSuchSite,
    PlanChanged,
    UnknownCountry,
    UnknownIndustry,
    UnknownPlan,
)
from igny8_core.auth.models import Account, EmailChange, Industry, Plan, Site, Subscription, User
from igny8_core.auth.terms import PlanTerms
from igny8_core.common.compiled import compiled
from igny8_core.common.places.countries import Country, country_of, is_country_code


def public_plans() -> QuerySet[Plan]:
    """The plans offered at sign-up, in order."""
    return Plan.objects.filter(is_public=True)


def public_plan(*, slug: str, offer: str = "") -> Plan:
    """Find a plan that is offered.

    :param offer: the plan's offer as the customer saw it, if known.
    :raises UnknownPlan: if no such plan is offered.
    :raises PlanChanged: if the offer has changed since.
    """
    plan = next(iter(_public_plans(slug=slug)), None)
    if plan is None:
        offered = ", ".join(public_plans().values_list("slug", flat=True))
        raise UnknownPlan(slug=slug, offered=offered)
    if offer and offer != plan.offer:
        raise PlanChanged(plan)
    return plan


@compiled
def _public_plans(slug: str) -> QuerySet[Plan]:
    return public_plans().filter(slug=slug)


def country_by_code(*, code: str) -> Country:
    """Find a country by its code in any case.

    :raises NotFound: if ISO 3166-1 has no such code.
    """
    try:
        return country_of(code.upper())
    except LookupError as error:
        raise NoSuchCountry(country=code) from error


def industries() -> QuerySet[Industry]:
    """All industries, by name."""
    return Industry.objects.all()


def industry_by_slug(*, slug: str) -> Industry:
    """Find an industry.

    :raises UnknownIndustry: if there is none.
    """
    industry = Industry.objects.filter(slug=slug).first()
    if industry is None:
        raise UnknownIndustry(industry=slug)
    return industry


def valid_country_code(code: str) -> str:
    """Return the code in upper case.

    :raises UnknownCountry: if it is not in ISO 3166-1.
    """
    upper = code.strip().upper()
    if not is_country_code(upper):
        raise UnknownCountry(country=code)
    return upper


def pending_email(*, user: User) -> str | None:
    """The new address that a person has requested but not confirmed yet, if any."""
    change: EmailChange | None = getattr(user, "email_change", None)
    return change.new_email if change else None


def sites_of(*, account: Account) -> QuerySet[Site]:
    """An account's sites, by name."""
    return account.sites.select_related("industry").order_by("name", "pk")


def sites_for(*, user: User, account: Account) -> QuerySet[Site]:
    """The account's sites that a user has access to: all of them for its owner."""
    sites = sites_of(account=account)
    return sites if user.role == UserRole.OWNER else sites.filter(user_access__user=user)


def site_for(*, user: User, account: Account, site_id: int) -> Site:
    """Find one of the sites that a user has access to.

    :raises NotFound: if there is none of this id.
    """
    site = sites_for(user=user, account=account).filter(pk=site_id).first()
    if site is None:
        raise NoSuchSite(site=site_id)
    return site


def lock_site(*, user: User, account: Account, site_id: int) -> Site:
    """Lock a site that a user has access to; after its account.

    :raises NotFound: if there is none of this id.
    """
    sites = sites_for(user=user, account=account).select_for_update(of=("self",))
    site = sites.filter(pk=site_id).first()
    if site is None:
        raise NoSuchSite(site=site_id)
    return site


def subscriptions_of(*, account: Account) -> QuerySet[Subscription]:
    """An account's subscriptions, newest first."""
    return account.subscriptions.select_related("plan").order_by("-created_at", "-pk")


def live_subscription(*, account: Account) -> Subscription | None:
    """The subscription that is paid for, if any."""
    return _subscription(account, LIVE_SUBSCRIPTION_STATUSES)


def terms_of(*, account: Account, subscriptions: Iterable[Subscription] | None = None) -> PlanTerms:
    """An account's current terms: those promised to it, or else those of its plan.

    For a trial, those that it started with; for an account that waits for its first payment,
    those of its order.

    :param subscriptions: all of the account's, if they have been read already.
    """
    if account.status == AccountStatus.TRIAL and account.trial_terms:
        return PlanTerms.from_json(account.trial_terms)
    if subscriptions is None:
        subscriptions = account.current_subscriptions
    if subscriptions is None:
        subscriptions = subscriptions_of(account=account)
    of_status = {item.status: item for item in subscriptions}  # one is live, one is pending
    started = map(of_status.get, (*LIVE_SUBSCRIPTION_STATUSES, SubscriptionStatus.PENDING_PAYMENT))
    promised = next(filter(None, started), None)
    if promised and promised.plan_id == account.plan_id:
        return promised.promised
    return PlanTerms.of_plan(account.plan)


def has_verified_address(user: User) -> bool:
    """Tell whether the person has verified their current address."""
    addresses = user.emailaddress_set.all()
    return any(item.verified and item.email == user.email for item in addresses)


def is_confirmed_address(*, address: str, account: Account) -> bool:
    """Tell whether an address has been confirmed for the account's emails."""
    if address and address == account.billing_email == account.confirmed_billing_email:
        return True
    if address == account.billing_email and account.has_a_persons_billing_email is not None:
        return account.has_a_persons_billing_email
    people = EmailAddress.objects.filter(user__account=account, verified=True)
    return people.filter(email=address.lower()).exists()


def mail_addresses(*, account: Account) -> list[str]:
    """Who gets an account's emails: its owner, and its billing address once confirmed."""
    owner = account.users.filter(role=UserRole.OWNER).first()
    billing = account.billing_email
    if not is_confirmed_address(address=billing, account=account):
        billing = ""
    return list(dict.fromkeys(filter(None, [owner.email if owner else "", billing])))


def pending_subscription(*, account: Account) -> Subscription | None:
    """The subscription that waits for its payment, if any."""
    return _subscription(account, {SubscriptionStatus.PENDING_PAYMENT})


def _subscription(account: Account, statuses: Collection[str]) -> Subscription | None:
    if account.current_subscriptions is None:
        return subscriptions_of(account=account).filter(status__in=statuses).first()
    current = account.current_subscriptions
    return next((item for item in current if item.status in statuses), None)


def lock_account(*, account_id: int) -> Account:
    """Lock an account's row until the transaction ends: first in the lock order.

    :raises Account.DoesNotExist: if there is none.
    """
    return Account.objects.select_for_update(of=("self",)).get(pk=account_id)


def lock_subscriptions(*, account_id: int) -> list[Subscription]:
    """Lock all of an account's subscriptions, by primary key; after the account."""
    return list(
        Subscription.objects.select_for_update(of=("self",))
        .filter(account_id=account_id)
        .select_related("plan")
        .order_by("pk")
    )
