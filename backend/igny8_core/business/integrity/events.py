"""Checks of the audit trail: every state has its event, every event is in the table."""

from collections.abc import Iterator

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.enums import ObjectType
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.states import TRANSITIONS
from igny8_core.business.integrity.found import rows, selected

STATEFUL: dict[ObjectType, type[models.Model]] = {
    ObjectType.ACCOUNT: Account,
    ObjectType.SUBSCRIPTION: Subscription,
    ObjectType.INVOICE: Invoice,
    ObjectType.PAYMENT: Payment,
}


def states_without_their_event() -> Iterator[str]:
    """Find objects whose state differs from their last event."""
    for object_type, model in STATEFUL.items():
        last = (
            PaymentEvent.objects.filter(object_type=object_type, object_id=OuterRef("pk"))
            .order_by("-pk")
            .values("to_state")[:1]
        )
        recorded = model._default_manager.annotate(
            recorded=Coalesce(Subquery(last), models.Value(""))
        )
        yield from rows(recorded.exclude(status=F("recorded")))


def events_that_skip_a_state() -> list[str]:
    """Find events that don't start from the state where the previous one ended."""
    previous = (
        PaymentEvent.objects.filter(
            object_type=OuterRef("object_type"),
            object_id=OuterRef("object_id"),
            pk__lt=OuterRef("pk"),
        )
        .order_by("-pk")
        .values("to_state")[:1]
    )
    events = PaymentEvent.objects.annotate(before=Coalesce(Subquery(previous), models.Value("")))
    return rows(events.exclude(from_state=F("before")))


NOT_IN_THE_TABLE = """
SELECT id FROM billing_paymentevent
WHERE (event, object_type, from_state, to_state) NOT IN (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]))
ORDER BY id
"""


def events_that_are_not_allowed() -> list[str]:
    """Find events that ``states.py`` doesn't allow, with their object and both states."""
    allowed = [
        (event.value, object_type.value, source, transition.target_of(source))
        for event, moves in TRANSITIONS.items()
        for object_type, transition in moves.items()
        for source in transition.sources
    ]
    columns = [list(map(str, column)) for column in zip(*allowed, strict=True)]
    return selected("event", NOT_IN_THE_TABLE, columns)


OF_ANOTHER_ACCOUNT = """
SELECT e.id FROM billing_paymentevent e
LEFT JOIN (
    SELECT 'account' AS object_type, id AS object_id, id AS account_id FROM igny8_auth_account
    UNION ALL SELECT 'subscription', id, account_id FROM igny8_auth_subscription
    UNION ALL SELECT 'invoice', id, account_id FROM billing_invoice
    UNION ALL SELECT 'payment', p.id, i.account_id
        FROM billing_payment p JOIN billing_invoice i ON i.id = p.invoice_id
) moved ON (moved.object_type, moved.object_id) = (e.object_type, e.object_id)
LEFT JOIN billing_invoice i ON i.id = e.invoice_id
LEFT JOIN billing_payment p ON p.id = e.payment_id
LEFT JOIN billing_invoice paid ON paid.id = p.invoice_id
WHERE moved.account_id IS DISTINCT FROM e.account_id
    OR i.account_id <> e.account_id OR paid.account_id <> e.account_id
ORDER BY e.id
"""


def events_of_another_account() -> list[str]:
    """Find events whose object, invoice or payment has another account, or none."""
    return selected("event", OF_ANOTHER_ACCOUNT)


CHECKS = {
    "6a. every state has its event": states_without_their_event,
    "6b. no event skips a state": events_that_skip_a_state,
    "6c. every event is one of the table of transitions": events_that_are_not_allowed,
    "6d. every event is of its object's account": events_of_another_account,
}
