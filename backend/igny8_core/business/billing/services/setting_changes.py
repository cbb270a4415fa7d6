"""Settings that affect customers' money, with their history. Settings that say where to send
money need two people (or one, with a delay that everybody is told about).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from igny8_core.auth.actors import Actor
from igny8_core.auth.rights import holders, may, require, require_settled
from igny8_core.business.billing import emails
from igny8_core.business.billing.enums import ChangeOutcome
from igny8_core.business.billing.examples import have_example_values
from igny8_core.business.billing.exceptions import (
    ChangeAlreadyDecided,
    ChangeNotPossible,
    ChangeWaitsAlready,
    NoSuchProposal,
    OwnChange,
    SettingChangedSince,
    SettingDeleted,
    SettingIsTaken,
    SettingWouldBeInvalid,
)
from igny8_core.business.billing.models import PaymentMethodConfig, SellerProfile, SettingChange
from igny8_core.business.billing.rights import right_to_change
from igny8_core.common.models import save_fields

# Models that tell customers where to send money, with the fields that don't. A new field needs
# consent until it is listed here.
WITHOUT_CONSENT: dict[type[Model], frozenset[str]] = {
    PaymentMethodConfig: frozenset({"order", "reference_pattern"}),
    SellerProfile: frozenset(),
}
Values = Mapping[str, Any]


def needs_consent(model: type[Model], field: str, value: Any) -> bool:
    """Tell whether a new value needs a second admin; disabling a method never does."""
    if model not in WITHOUT_CONSENT:
        return False
    is_switched_off = field == "is_enabled" and value is False
    return field not in WITHOUT_CONSENT[model] and not is_switched_off


@transaction.atomic
def change_setting(
    *, obj: Model, after: Values, actor: Actor, now: datetime
) -> SettingChange | None:
    """Apply what needs no consent, and propose the rest.

    :param obj: as in the database, locked by the caller.
    :param after: the changed values, as JSON; see ``plain_values``.
    :returns: the waiting change, if any; a lone admin's change without delay doesn't wait.
    :raises NotAllowed: if the actor may not change such a setting.
    :raises ChangeWaitsAlready: if another change of it waits.
    :raises PersonChangedLately: if a second admin has to agree, and somebody else has recently
        added or changed the actor.
    """
    model = type(obj)
    _require_may_change(actor, model)
    after = _with_consequences(model, after)
    before = plain_values(obj, after)
    waiting = {name: value for name, value in after.items() if needs_consent(model, name, value)}
    at_once = {name: value for name, value in after.items() if name not in waiting}
    if at_once:
        _set(obj, at_once)
        record_change(
            obj=obj, before={n: before[n] for n in at_once}, after=at_once, actor=actor, now=now
        )
    if not waiting:
        return None
    if earlier := waiting_change_of(obj):
        raise ChangeWaitsAlready(state=earlier.outcome, setting=obj)
    return _propose(
        model, obj, before={n: before[n] for n in waiting}, after=waiting, actor=actor, now=now
    )


@transaction.atomic
def add_setting(*, model: type[Model], after: Values, actor: Actor, now: datetime) -> SettingChange:
    """Propose a new row of a model: it is created once somebody agrees.

    :param after: the values of all its fields, as JSON.
    :raises NotAllowed: if the actor may not change such settings.
    """
    _require_may_change(actor, model)
    return _propose(
        model, None, before={}, after=_with_consequences(model, after), actor=actor, now=now
    )


def record_change(
    *, obj: Model, before: Values, after: Values, actor: Actor, now: datetime
) -> None:
    """Keep a change in the history that is in effect already."""
    SettingChange.objects.create(
        model=obj._meta.label_lower,
        object_id=obj.pk,
        name=str(obj),
        before=before,
        after=after,
        proposed_by=actor.user,
        proposed_at=now,
        outcome=ChangeOutcome.APPLIED,
        decided_at=now,
    )


@transaction.atomic
def agree_to_change(*, change_id: int, actor: Actor, now: datetime) -> SettingChange:
    """Apply a proposal, as the second admin.

    :raises NotFound: if there is none of this id.
    :raises NotAllowed: if the actor may not change such a setting.
    :raises OwnChange: if it is the actor's own.
    :raises PersonChangedLately: if somebody has recently given the actor new rights or a password.
    :raises ChangeAlreadyDecided: if it doesn't wait any more.
    :raises ChangeNotPossible: if the setting has changed since.
    """
    change = _locked(change_id)
    _require_may_change(actor, model_of(change))
    if actor.user is not None:
        if actor.user.pk == change.proposed_by_id:
            raise OwnChange
        require_settled(actor.user, now=now)
    _apply(change)
    return _decide(change, ChangeOutcome.APPLIED, actor=actor, now=now)


@transaction.atomic
def refuse_change(
    *, change_id: int, actor: Actor, now: datetime, reason: str = ""
) -> SettingChange:
    """Refuse a proposal; if the actor is its author, withdraw it.

    :raises NotFound: if there is none of this id.
    :raises NotAllowed: if the actor may not change such a setting.
    :raises ChangeAlreadyDecided: if it doesn't wait any more.
    """
    change = _locked(change_id)
    _require_may_change(actor, model_of(change))
    is_own = actor.user is not None and actor.user.pk == change.proposed_by_id
    outcome = ChangeOutcome.WITHDRAWN if is_own else ChangeOutcome.REFUSED
    return _decide(change, outcome, actor=actor, now=now, note=reason)


def apply_due_changes(*, now: datetime) -> int:
    """Apply what the only admin has proposed, once its delay has passed.

    If there is another admin by now, that one has to agree after all. Proposals of somebody who
    has lost the right since are refused.

    :returns: how many took effect.
    """
    due = SettingChange.objects.filter(outcome=ChangeOutcome.WAITING, takes_effect_at__lte=now)
    return sum(_apply_due(pk, now=now) for pk in due.order_by("pk").values_list("pk", flat=True))


def waiting_change_of(obj: Model) -> SettingChange | None:
    """The waiting change of a setting, if any."""
    return history_of(obj).filter(outcome=ChangeOutcome.WAITING).first()


def history_of(obj: Model) -> QuerySet[SettingChange]:
    """All changes of a setting, newest first."""
    return SettingChange.objects.filter(model=obj._meta.label_lower, object_id=obj.pk)


def model_of(change: SettingChange) -> type[Model]:
    """Return the model that a change belongs to."""
    return apps.get_model(change.model)


def plain_values(obj: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return a row's values as JSON."""
    return {name: _plain(obj, name) for name in names}


@transaction.atomic
def _apply_due(change_id: int, *, now: datetime) -> bool:
    change = _locked(change_id)
    right = right_to_change(model_of(change))
    proposer = change.proposed_by
    system = Actor()
    if proposer is None or not may(proposer, right):
        note = "The person who proposed it can no longer change it."
        _decide(change, ChangeOutcome.REFUSED, actor=system, now=now, note=note)
        return False
    if holders(right).exclude(pk=proposer.pk).exists():
        return False
    try:
        _apply(change)
    except ChangeNotPossible as refusal:
        _decide(change, ChangeOutcome.REFUSED, actor=system, now=now, note=refusal.detail)
        return False
    _decide(change, ChangeOutcome.APPLIED, actor=system, now=now)
    return True


def _propose(
    model: type[Model],
    obj: Model | None,
    *,
    before: Values,
    after: Values,
    actor: Actor,
    now: datetime,
) -> SettingChange:
    others = holders(right_to_change(model))
    if actor.user is not None:
        others = others.exclude(pk=actor.user.pk)
        if others.exists():
            require_settled(actor.user, now=now)
    delay = timedelta(hours=settings.BILLING_CHANGE_DELAY_HOURS)
    change = SettingChange.objects.create(
        model=model._meta.label_lower,
        object_id=obj.pk if obj else None,
        name=str(obj) if obj else str(model(**_as_python(model, after))),
        before=before,
        after=after,
        needs_consent=True,
        proposed_by=actor.user,
        proposed_at=now,
        takes_effect_at=None if others.exists() else now + delay,
    )
    if change.takes_effect_at and change.takes_effect_at <= now:
        _apply(change)
        return _decide(change, ChangeOutcome.APPLIED, actor=Actor(), now=now)
    emails.tell_of_proposal(change=change)
    return change


def _apply(change: SettingChange) -> None:
    """Write the values, or nothing if the change can't be made.

    :raises ChangeNotPossible: if the row is gone or was changed, or the values no longer fit
        the rest of the data.
    """
    model = model_of(change)
    obj = model() if change.object_id is None else _present(change)
    if change.object_id is not None and plain_values(obj, change.before) != change.before:
        raise SettingChangedSince(change, setting=obj)
    try:
        with transaction.atomic():
            _set(obj, change.after)
    except ValidationError as error:
        raise SettingWouldBeInvalid(change, why=" ".join(error.messages)) from error
    except IntegrityError as error:
        raise SettingIsTaken(change) from error
    change.object_id = obj.pk


def _present(change: SettingChange) -> Model:
    rows = model_of(change)._default_manager.select_for_update(of=("self",))
    obj = rows.filter(pk=change.object_id).first()
    if obj is None:
        raise SettingDeleted(change)
    return obj


def _set(obj: Model, values: Values) -> None:
    """Set these values on a row, checking all rules of its model.

    :raises ValidationError: if they break one.
    """
    for name, value in _as_python(type(obj), values).items():
        setattr(obj, name, value)
    obj.full_clean()
    if obj._state.adding:
        obj.save()
    else:
        save_fields(obj, values)


def _decide(
    change: SettingChange, outcome: ChangeOutcome, *, actor: Actor, now: datetime, note: str = ""
) -> SettingChange:
    change.outcome = outcome
    change.decided_by = actor.user
    change.decided_at = now
    change.note = note
    change.save(update_fields=["outcome", "decided_by", "decided_at", "note", "object_id"])
    emails.tell_of_decided_change(change=change)
    return change


def _locked(change_id: int) -> SettingChange:
    rows = SettingChange.objects.select_for_update(of=("self",))
    change = rows.filter(pk=change_id, needs_consent=True).first()
    if change is None:
        raise NoSuchProposal(change=change_id)
    if not change.waits:
        raise ChangeAlreadyDecided(change)
    return change


def _require_may_change(actor: Actor, model: type[Model]) -> None:
    if actor.user is not None:
        require(actor.user, right_to_change(model))


def _with_consequences(model: type[Model], values: Values) -> dict[str, Any]:
    """Add derived values: details count as examples while one of them is as shipped."""
    if model is PaymentMethodConfig and "details" in values:
        return {**values, "has_example_details": have_example_values(values["details"])}
    return dict(values)


def _plain(obj: Model, name: str) -> Any:
    value = obj._meta.get_field(name).value_from_object(obj)  # type: ignore[union-attr]
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _as_python(model: type[Model], values: Values) -> dict[str, Any]:
    fields = {name: model._meta.get_field(name) for name in values}
    return {
        field.attname: field.to_python(values[name])  # type: ignore[union-attr]
        for name, field in fields.items()
    }
