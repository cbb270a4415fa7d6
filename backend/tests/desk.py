"""Forms of the desk, as a browser reads and sends them."""

from typing import Any

from django.test import Client


def form_of(client: Client, url: str) -> dict[str, Any]:
    """Return what a browser would send of a form that nobody has changed."""
    form = client.get(url).context["adminform"].form
    values: dict[str, Any] = {"seen": form.seen}
    for name in form.fields:
        value = form[name].value()
        if name == "details":
            values |= rows(value or [])
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


def without_details(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith("details-")}
