"""Lists of the desk that cost the same however many rows there are."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

MOST_COUNTED = 10_000  # rows; beyond them the search and the filters lead on
# What reads a whole column, computes with each row, or takes a program of the reader's.
SEARCHING = frozenset(
    """regex iregex contains icontains startswith istartswith endswith iendswith iexact
    search year iso_year quarter month week week_day iso_week_day day date time hour minute second
    """.split()  # noqa: SIM905  (a table of words)
)


class BoundedPaginator(Paginator[Any]):
    """Counts no further than ``MOST_COUNTED``: a full count reads the whole table."""

    @cached_property
    def count(self) -> int:
        """Return how many rows the pages show."""
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[:MOST_COUNTED].count()
        return len(self.object_list)


class BoundedAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """A list that counts to a bound, and is searched by its search alone."""

    paginator = BoundedPaginator
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse what somebody could write into the address to search past the indexes."""
        is_search = not SEARCHING.isdisjoint(lookup.split("__"))
        return not is_search and bool(super().lookup_allowed(lookup, value, request))


class ValuesFilter(admin.SimpleListFilter):
    """A filter by values that are known: asking the table for them would read all of it."""

    def values(self) -> list[str]:
        """Return them."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the values."""
        return [(value, value) for value in self.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        """Select the rows with the chosen one."""
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset
