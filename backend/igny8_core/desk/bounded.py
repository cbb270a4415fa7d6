"""Lists of the desk whose cost doesn't grow with the number of rows."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from igny8_core.common.pagination import BoundedPaginator
from igny8_core.common.search import SearchText, Text, related_model, rows_hold, text_of

# Lookups that read a whole column, compute with each row, or run the reader's program.
SEARCHING = frozenset(
    """regex iregex contains icontains startswith istartswith endswith iendswith iexact
    search year iso_year quarter month week week_day iso_week_day day date time hour minute second
    """.split()  # noqa: SIM905  (a table of words)
)


class BoundedChangeList(ChangeList):  # type: ignore[misc]  # unfold has no types
    """Sorts only by indexed columns, even if the URL asks for more."""

    sortable_by: Iterable[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sortable_by = [name for name in self.sortable_by if self.get_ordering_field(name)]

    def get_ordering_field(self, field_name: Any) -> str | None:
        """Return the field that a column is sorted by, if an index supports it."""
        if field_name not in self.sortable_by:
            return None
        found = super().get_ordering_field(field_name)
        return found if found in leading_columns(self.model) else None


def leading_columns(model: type[Model]) -> set[str]:
    """Return the fields that an index over the whole table starts with."""
    meta = model._meta
    own = {
        field.name
        for field in meta.concrete_fields
        if field.unique or getattr(field, "db_index", False)
    }
    indexes = [index for index in meta.indexes if index.condition is None]
    return own | {index.fields[0].removeprefix("-") for index in indexes if index.fields}


def searched_texts(model: type[Model], search_fields: Iterable[str]) -> dict[str, Text]:
    """Return the searched texts of a list's ``search_fields``, by their path.

    If the model has a search index, it is that index's text; otherwise the text of the fields.
    """
    fields: dict[str, list[str]] = {}
    for name in search_fields:
        path, _, field = name.rpartition("__")
        fields.setdefault(path, []).append(field)
    return {
        path: text_of(related_model(model, path)) or SearchText(*names)
        for path, names in fields.items()
    }


class BoundedAdmin(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """A list that counts up to a limit, sorts by indexes, and allows only its own search."""

    paginator = BoundedPaginator
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search by the normal form of the search term: see ``searched_texts``."""
        term = search_term.strip()
        if not term or not self.search_fields:
            return queryset, False
        texts = searched_texts(self.model, self.search_fields)
        return queryset.filter(rows_hold(term, model=self.model, texts=texts)), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse lookups in the URL that would bypass the indexes."""
        is_search = not SEARCHING.isdisjoint(lookup.split("__"))
        return not is_search and bool(super().lookup_allowed(lookup, value, request))


class ValuesFilter(admin.SimpleListFilter):
    """A filter by known values: looking them up would read the whole table."""

    def values(self) -> list[str]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value) for value in self.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset
