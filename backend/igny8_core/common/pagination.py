"""The limit up to which lists count rows."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED = 10_000  # rows; to see more, use the search and the filters


class BoundedPaginator(Paginator[Any]):
    """Counts only up to ``MOST_COUNTED``: a full count would read the whole table."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows that the pages show."""
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[:MOST_COUNTED].count()
        return len(self.object_list)
