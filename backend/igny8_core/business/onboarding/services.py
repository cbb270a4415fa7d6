"""Registration: the one use case that needs both accounts and billing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from igny8_core.auth.actors import Actor
from igny8_core.auth.enums import AccountStatus
from igny8_core.auth.models import Account, Plan, Subscription, User
from igny8_core.auth.selectors import public_plan
from igny8_core.auth.services.accounts import OwnerDetails, create_account_with_owner
from igny8_core.auth.terms import PlanTerms
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import CreditKind, EventName, InvoiceKind
from igny8_core.business.billing.models import Invoice, PaymentMethodConfig
from igny8_core.business.billing.selectors.methods import payment_method_for
from igny8_core.business.billing.selectors.people import put_first_owner_in_hand
from igny8_core.business.billing.services.changes import written_together
from igny8_core.business.billing.services.credits import move_credits
from igny8_core.business.billing.services.invoices import Charge
from igny8_core.business.billing.services.periods import start_subscription
from igny8_core.business.billing.services.transitions import TransitionRecorder
from igny8_core.common.models import put_in_hand
from igny8_core.common.transactions import in_transaction


@dataclass(frozen=True)
class Registration:
    """A visitor's sign-up.

    :param offer: the plan's offer as the visitor saw it; empty if unknown.
    :param country: ISO 3166-1 alpha-2, or empty.
    :param payment_method: code of a method of that country, or empty to choose it later.
    :param billing: any of ``auth.services.accounts.BILLING_FIELDS``.
    """

    owner: OwnerDetails
    plan_slug: str
    country: str
    payment_method: str
    account_name: str
    billing: Mapping[str, str]
    offer: str = ""


@dataclass(frozen=True)
class Registered:
    """The result of a registration; a free plan has neither subscription nor invoice."""

    user: User
    account: Account
    subscription: Subscription | None
    invoice: Invoice | None


@in_transaction
def register_account(
    *,
    registration: Registration,
    ip_address: str | None,
    now: datetime,
    welcome: Callable[[User], None] | None = None,
) -> Registered:
    """Sign a visitor up: a free plan starts a trial, a paid one waits for its payment.

    :param welcome: is called with the new person, before their invoice takes its number: from then
        on, other sign-ups wait.
    :raises UnknownPlan, PlanChanged, UnknownPaymentMethod, ExchangeRateMissing: if the choice
        isn't available.
    :raises EmailAlreadyRegistered: if the email is taken.
    """
    plan = public_plan(slug=registration.plan_slug, offer=registration.offer)
    method = _chosen_method(registration)
    user = create_account_with_owner(
        owner=registration.owner,
        plan=plan,
        status=AccountStatus.TRIAL if plan.is_free else AccountStatus.PENDING_PAYMENT,
        country=registration.country,
        account_name=registration.account_name,
        billing=registration.billing,
    )
    if welcome:
        welcome(user)
    account = _account_of(user)
    put_first_owner_in_hand(account, user)
    actor = Actor(user=user, ip_address=ip_address)
    if plan.is_free:
        _start_trial(account=account, plan=plan, actor=actor, now=now)
        put_in_hand(account, "subscriptions", [])
        return Registered(user=user, account=account, subscription=None, invoice=None)
    event = EventName.SIGN_UP_PAID
    with written_together() as changes:
        TransitionRecorder(changes=changes, event=event, actor=actor, now=now).created(account)
        started = start_subscription(
            changes=changes,
            account=account,
            plan=plan,
            charge=Charge.of_first_period(
                PlanTerms.of_plan(plan), kind=InvoiceKind.INITIAL, now=now
            ),
            method=method,
            event=event,
            actor=actor,
            now=now,
        )
    put_in_hand(account, "subscriptions", [started.subscription])
    return Registered(
        user=user, account=account, subscription=started.subscription, invoice=started.invoice
    )


def _chosen_method(registration: Registration) -> PaymentMethodConfig | None:
    if not registration.payment_method:
        return None
    return payment_method_for(code=registration.payment_method, country=registration.country)


def _start_trial(*, account: Account, plan: Plan, actor: Actor, now: datetime) -> None:
    event = EventName.SIGN_UP_FREE
    with written_together() as changes:
        TransitionRecorder(changes=changes, event=event, actor=actor, now=now).created(account)
        move_credits(
            changes=changes,
            account=account,
            amount=plan.included_credits,
            kind=CreditKind.TRIAL_GRANT,
            description=f"{plan.name} plan",
            now=now,
        )
        changes.tell(emails.of_trial(account=account))


def _account_of(user: User) -> Account:
    if user.account is None:
        message = f"{user} owns no account."
        raise TypeError(message)
    return user.account
