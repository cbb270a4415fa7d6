"""The only code that assigns a status: look up, check, change, record."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db.models import Model

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Account, Subscription
from igny8_core.business.billing.enums import EventName, ObjectType
from igny8_core.business.billing.exceptions import TransitionNotAllowed
from igny8_core.business.billing.models import Invoice, Payment, PaymentEvent
from igny8_core.business.billing.services.changes import Changes
from igny8_core.business.billing.states import NEW, TRANSITIONS

Stateful = Account | Subscription | Invoice | Payment

OBJECT_TYPES: dict[type[Stateful], ObjectType] = {
    Account: ObjectType.ACCOUNT,
    Subscription: ObjectType.SUBSCRIPTION,
    Invoice: ObjectType.INVOICE,
    Payment: ObjectType.PAYMENT,
}

# Higher rooms that react to transitions add a function when Django starts. It is called with the
# audit row, in the transition's own transaction: an exception rolls the transition back.
Listener = Callable[[PaymentEvent], None]
LISTENERS: list[Listener] = []


class TransitionRecorder:
    """One event of the table, applied to several objects of one act.

    :param changes: gets the changed objects and the audit rows, and writes them.
    :param invoice, payment: in whose course it happens, if in one's.
    :param note: what the actor said about it.
    """

    def __init__(
        self,
        *,
        changes: Changes,
        event: EventName,
        actor: Actor,
        now: datetime,
        invoice: Invoice | None = None,
        payment: Payment | None = None,
        note: str = "",
    ) -> None:
        self.changes = changes
        self.event = event
        self.actor = actor
        self.now = now
        self.invoice = invoice
        self.payment = payment
        self.note = note

    def of_another(
        self, event: EventName, *, note: str = "", invoice: Invoice | None = None
    ) -> "TransitionRecorder":
        """Return a recorder of another event of the same act.

        :param invoice: in whose course it happens, if that is another one.
        """
        return TransitionRecorder(
            changes=self.changes,
            event=event,
            actor=self.actor,
            now=self.now,
            invoice=invoice or self.invoice,
            payment=None if invoice else self.payment,
            note=note,
        )

    def move(self, obj: Stateful, *, also_save: tuple[str, ...] = ()) -> None:
        """Move a locked object to the event's state and record it.

        :param also_save: fields that the caller has set on the object.
        :raises TransitionNotAllowed: if its state doesn't allow the event.
        """
        before = obj.status
        obj.status = self._target(obj, before)
        self.changes.save(obj, "status", *also_save)
        self._record(obj, from_state=before)

    def void(self, invoice: Invoice) -> None:
        """Declare that a locked invoice isn't owed any more.

        :raises TransitionNotAllowed: if its state doesn't allow the event.
        """
        invoice.voided_at = self.now
        self.move(invoice, also_save=("voided_at",))

    def cancel(self, subscription: Subscription) -> None:
        """End a locked subscription.

        :raises TransitionNotAllowed: if its state doesn't allow the event.
        """
        subscription.cancelled_at = self.now
        self.move(subscription, also_save=("cancelled_at",))

    def created(self, obj: Stateful) -> None:
        """Record an object that was just created in the event's state.

        :raises TransitionNotAllowed: if the event doesn't create such an object in that state.
        """
        if self._target(obj, NEW) != obj.status:
            raise self._not_allowed(obj, obj.status)
        self._record(obj, from_state=NEW)

    def require_allowed(self, *objs: Stateful) -> None:
        """Check that the event may move all of these, before the first is moved.

        :raises TransitionNotAllowed: if the state of one doesn't allow the event.
        """
        for obj in objs:
            self._target(obj, obj.status)

    def _target(self, obj: Stateful, state: str) -> str:
        object_type = OBJECT_TYPES[type(obj)]
        transition = TRANSITIONS[self.event].get(object_type)
        if transition is None or state not in transition.sources:
            raise self._not_allowed(obj, state)
        return transition.target_of(state)

    def _not_allowed(self, obj: Stateful, before: str) -> TransitionNotAllowed:
        return TransitionNotAllowed(
            state=obj.status,
            event=self.event,
            object_type=OBJECT_TYPES[type(obj)],
            current=before or "new",
        )

    def _record(self, obj: Stateful, *, from_state: str) -> None:
        account_id = obj.pk if isinstance(obj, Account) else obj.account_id
        event = PaymentEvent(
            account_id=account_id,
            event=self.event,
            object_type=OBJECT_TYPES[type(obj)],
            object_id=obj.pk,
            from_state=from_state,
            to_state=obj.status,
            invoice_id=_key_of(self.invoice),  # to set the objects takes longer than all the rest
            payment_id=_key_of(self.payment),
            actor_id=_key_of(self.actor.user),
            ip_address=self.actor.ip_address,
            note=self.note,
            created_at=self.now,
        )
        self.changes.add(event)
        self.changes.look_again(account_id, self.now)  # what it changes may make a step due
        self.changes.afterwards(partial(_tell_listeners, event))


def _key_of(row: Model | None) -> int | None:
    return row.pk if row else None


def _tell_listeners(event: PaymentEvent) -> None:
    for listen in LISTENERS:
        listen(event)
