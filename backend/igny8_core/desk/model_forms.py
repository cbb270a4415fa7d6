"""Forms of the desk: only changed fields are saved, and nobody's change is lost.

A page contains the values that it showed (``seen``). A field that comes back unchanged keeps its
current value, even if somebody else has changed it; if both sides changed it, the form asks.
"""

import json
import re
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from igny8_core.common.validators import validate_line, validate_visible

ID = re.compile(r"[0-9]{1,19}")  # of a row, as in a URL or a form
SEEN = "seen"
CHANGED_MEANWHILE = (
    "Someone has changed this since you opened the page. It is now: {now}. Save again to "
    "replace it with your version."
)
LONGEST_SHOWN = 100  # characters of a value in a message


class DeskModelForm(forms.ModelForm[Any]):
    """A form that saves only changed fields, and rejects line breaks in one-line text."""

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django's own
        for name, value in list(self.cleaned_data.items()):
            if not isinstance(value, str):
                continue
            checks = [validate_visible] if value else []
            if not isinstance(self.fields[name].widget, forms.Textarea):
                checks.append(validate_line)
            for check in checks:
                try:
                    check(value)
                except ValidationError as error:
                    self.add_error(name, error)

    @cached_property
    def changed_data(self) -> list[str]:
        """Names of the fields whose value differs from what was shown."""
        return [name for name in self.fields if self._is_changed(name)]

    @property
    def seen(self) -> str:
        """The values that the page shows; for a disputed field, the current value."""
        values = {name: self._now(name) for name in self._remembered()}
        if self.is_bound:
            values |= {
                name: value
                for name, value in self._seen.items()
                if name in values and name not in self._disputed
            }
        return json.dumps(values)

    @cached_property
    def _seen(self) -> dict[str, Any]:
        """The values that came back; without them, the current values."""
        try:
            seen = json.loads(self.data.get(self.add_prefix(SEEN), ""))
        except (TypeError, ValueError):
            return {}
        return seen if isinstance(seen, dict) else {}

    @cached_property
    def _disputed(self) -> list[str]:
        """Fields changed both here and, since the page was shown, by somebody else."""
        if self.instance._state.adding:
            return []
        return [
            name
            for name in self.changed_data
            if name in self._seen
            and not self._is_same(name, self._seen[name], self._now(name))
            and not self._is_same(
                name, self._plain(name, self.cleaned_data.get(name)), self._now(name)
            )
        ]

    def _post_clean(self) -> None:
        """Leave out unchanged fields, and ask about those that somebody else changed."""
        if not self.instance._state.adding:
            for name in self._disputed:
                self.add_error(name, CHANGED_MEANWHILE.format(now=self._words(name)))
            for name in set(self.cleaned_data) - set(self.changed_data):
                del self.cleaned_data[name]
        super()._post_clean()  # type: ignore[misc]  # Django's own

    def _remembered(self) -> list[str]:
        return [name for name, field in self.fields.items() if not field.disabled]

    def _is_changed(self, name: str) -> bool:
        field = self.fields[name]
        seen = self._seen.get(name, self._now(name))
        return field.has_changed(_as_initial(field, seen), self[name].data)

    def _now(self, name: str) -> Any:
        return self._plain(name, self.get_initial_for_field(self.fields[name], name))

    def _plain(self, name: str, value: Any) -> Any:
        prepared = self.fields[name].prepare_value(value)
        if isinstance(prepared, Model):
            prepared = prepared.pk
        if isinstance(self.fields[name], forms.ModelMultipleChoiceField):
            prepared = sorted(map(str, prepared or []))
        return json.loads(json.dumps(prepared, cls=DjangoJSONEncoder))

    def _is_same(self, name: str, one: Any, other: Any) -> bool:
        field = self.fields[name]
        return bool(one == other or _as_initial(field, one) == _as_initial(field, other))

    def _words(self, name: str) -> str:
        now = self._now(name)
        words = now if isinstance(now, str) else json.dumps(now, ensure_ascii=False)
        return f"{words[:LONGEST_SHOWN]}…" if len(words) > LONGEST_SHOWN else words or "empty"


def _as_initial(field: forms.Field, seen: Any) -> Any:
    """Return a value of ``seen`` in the form that ``has_changed`` expects."""
    if isinstance(field, forms.ModelChoiceField):
        return seen
    try:
        return field.to_python(seen)
    except ValidationError:
        return seen  # the value can't be typed
