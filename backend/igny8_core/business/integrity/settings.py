"""Checks of settings that say where to send money: they match their history."""

from collections import defaultdict
from typing import Any

from django.db.models import Model

from igny8_core.business.billing.enums import ChangeOutcome
from igny8_core.business.billing.models import SettingChange
from igny8_core.business.billing.services.setting_changes import WITHOUT_CONSENT
from igny8_core.common.models import columns_of


def changed_past_their_history() -> list[str]:
    """Find methods, or a seller, with a value that differs from the last recorded change.

    Values that never changed since the history exists aren't in it.
    """
    return [
        f"{model._meta.verbose_name} {row.pk}"
        for model in WITHOUT_CONSENT
        for row, values in _last_changes(model)
        if any(_is_off(row, name, value) for name, value in values.items())
    ]


def _last_changes(model: type[Model]) -> list[tuple[Model, dict[str, Any]]]:
    last: dict[int, dict[str, Any]] = defaultdict(dict)
    applied = SettingChange.objects.filter(
        model=model._meta.label_lower, outcome=ChangeOutcome.APPLIED, object_id__isnull=False
    )
    for pk, after in applied.order_by("decided_at", "pk").values_list("object_id", "after"):
        last[pk or 0] |= after
    present = model._default_manager.in_bulk(last)
    return [(row, last[pk]) for pk, row in sorted(present.items())]


def _is_off(row: Model, name: str, value: Any) -> bool:
    if name not in columns_of(row):  # from an earlier version
        return False
    field = row._meta.get_field(name)
    return bool(field.to_python(value) != field.value_from_object(row))  # type: ignore[union-attr]


CHECKS = {
    "every payment method, and the seller, is as its history says": changed_past_their_history
}
