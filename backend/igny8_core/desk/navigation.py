"""The sidebar: the queue first, then what each person may see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from igny8_core.business.billing.enums import PaymentStatus
from igny8_core.business.billing.selectors.queue import COUNTED_UP_TO, count_in


class Section(StrEnum):
    """The parts of the sidebar in their order, by their titles."""

    WORK = ""
    CUSTOMERS = "Customers"
    SETTINGS = "Settings"


@dataclass(frozen=True)
class Entry:
    """A page's place in the sidebar: ``sidebar`` of a ``ModelAdmin`` is one.

    :param position: its place within the section; no two have the same.
    :param icon: a name in the theme's font of icons.
    :param title: by default what the model's rows are called.
    :param badge: what to say beside the title, such as how many rows wait.
    """

    section: Section
    position: int
    icon: str
    title: str = ""
    badge: Callable[[], str] | None = None


# Pages that are no list of a model: their address, and the right to open them; empty for all.
PAGES = [
    (Entry(Section.WORK, 1, "monitoring", "Numbers"), "admin:index", "billing.view_payment"),
    (
        Entry(Section.SETTINGS, 9, "notifications", "My notifications"),
        "admin:billing_payment_notices",
        "billing.decide_payment",
    ),
    (Entry(Section.SETTINGS, 10, "lock", "Second factor"), "admin:second_factor", ""),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar of the one who asks: what they may open."""
    found = sorted(_found(request), key=lambda item: item[0].position)
    sections = {
        section: [_item(*item) for item in found if item[0].section == section]
        for section in Section
    }
    return [
        {"title": section.value, "separator": bool(section), "items": items}
        for section, items in sections.items()
        if items
    ]


def _found(request: HttpRequest) -> Iterator[tuple[Entry, str, str]]:
    """Yield the entries of what the one who asks may open, with title and address."""
    for entry, name, permission in PAGES:
        if not permission or request.user.has_perm(permission):
            yield entry, entry.title, reverse(name)
    for model, model_admin in admin.site._registry.items():
        placed: Entry | None = getattr(model_admin, "sidebar", None)
        if placed and model_admin.has_view_permission(request):
            meta = model._meta
            link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            yield placed, placed.title or capfirst(str(meta.verbose_name_plural)), link


def _item(entry: Entry, title: str, link: str) -> dict[str, Any]:
    badge = {"badge": entry.badge()} if entry.badge else {}
    return {"title": title, "icon": entry.icon, "link": link, **badge}


def waiting() -> str:
    """Count the payments that wait for a decision."""
    return capped(count_in(PaymentStatus.PENDING_APPROVAL))


def capped(count: int) -> str:
    """Format a count from ``count_in``."""
    limit = COUNTED_UP_TO
    return f"{limit:,}+" if count > limit else f"{count:,}"
