"""Forms of the desk, read and sent like a browser does."""

from typing import Any

from django.forms import BoundField
from django.test import Client


def form_of(client: Client, url: str) -> dict[str, Any]:
    """Return what a browser would send for an unchanged form."""
    form = client.get(url).context["adminform"].form
    values: dict[str, Any] = {"seen": form.seen}
    for name in form.fields:
        value = form[name].value()
        if name == "details":
            values |= rows(value or [])
        elif name == "translations":
            values |= texts_of(form[name])
        elif isinstance(value, bool):
            values |= {name: "on"} if value else {}
        else:
            values[name] = "" if value is None else value
    return values


def rows(details: list[dict[str, Any]]) -> dict[str, str]:
    return {
        f"details-{number}-{key}": "on" if key == "copyable" else str(text)
        for number, row in enumerate(details)
        for key, text in row.items()
        if text
    }


def texts_of(field: BoundField) -> dict[str, str]:
    """Return the fields of a method's translations, with the labels that they belong to."""
    widget = field.field.widget.get_context(field.name, field.value(), {})["widget"]
    texts = {
        text["name"]: text["value"]
        for language in widget["languages"]
        for text in (*language["texts"], *language["labels"])
    }
    return texts | {f"{field.name}-of-{number}": label for number, label in widget["labels"]}


def without_details(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith("details-")}
