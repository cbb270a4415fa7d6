"""How far lists count."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED = 10_000  # rows; beyond them the search and the filters lead on


class BoundedPaginator(Paginator[Any]):
    """Counts no further than ``MOST_COUNTED``: a full count reads the whole table."""

    @cached_property
    def count(self) -> int:
        """Return how many rows the pages show."""
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[:MOST_COUNTED].count()
        return len(self.object_list)
