"""A list of the admin site whose last page opens as fast as its first."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from igny8_core.business.billing.models import Payment
from igny8_core.common.keyset import Place, Side, page_keys
from igny8_core.desk.bounded import BoundedChangeList

AFTER = "after"


def _read(place: str) -> tuple[datetime, int]:
    """Return the time and the id of a position.

    :raises ValueError: if it isn't a position.
    :raises OverflowError: if the time doesn't fit into UTC.
    """
    time, _, pk = place.partition("_")
    return datetime.fromisoformat(time).astimezone(UTC), int(pk)


class KeysetChangeList(BoundedChangeList):
    """Pages by the last row's key and counts nothing, so its cost doesn't grow.

    Rows are ordered by ``submitted_at`` and ``pk``, either way.
    """

    next_page_url = ""
    is_first_page = True

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Don't treat the position in the list as a filter."""
        remaining: dict[str, Any] = super().get_filters_params(params)
        remaining.pop(AFTER, None)
        return remaining

    def get_query_string(
        self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None
    ) -> str:
        """Build a link to the start of the list, unless it contains a position."""
        query: str = super().get_query_string(new_params, [*(remove or []), AFTER])
        return query

    def get_results(self, request: HttpRequest) -> None:
        """Read one page, and one row more to know whether there is another."""
        place = request.GET.get(AFTER, "")
        rows = list(self._after(place)[: self.list_per_page + 1])
        self.result_list = rows[: self.list_per_page]
        self.result_count = len(self.result_list)
        self.full_result_count = self.result_count  # so that the theme shows no total
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        self.multi_page = False
        self.page_num = 1
        self.paginator = self.model_admin.get_paginator(
            request, self.result_list, self.list_per_page
        )
        self.is_first_page = not place
        if len(rows) > self.list_per_page:
            last = self.result_list[-1]
            place = f"{last.submitted_at.isoformat()}_{last.pk}"
            self.next_page_url = self.get_query_string({AFTER: place})

    def _after(self, place: str) -> QuerySet[Payment]:
        queryset: QuerySet[Payment] = self.queryset
        try:
            submitted_at, last = _read(place)
        except (ValueError, OverflowError):
            return queryset  # no position, or an invalid one: from the start
        after = Place(Side.AFTER, (submitted_at, last))
        keys = page_keys(queryset, place=after, size=self.list_per_page + 1)
        return queryset.filter(pk__in=keys)
