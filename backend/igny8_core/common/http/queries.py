"""Checks that each query parameter is unambiguous."""

from collections.abc import Set as AbstractSet
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django_filters import BaseCSVFilter, CharFilter, MultipleChoiceFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

PAGES = {"page", "page_size", "cursor"}


def require_single(query: QueryDict, *, several: AbstractSet[str] = frozenset()) -> None:
    """Reject parameters that are sent more than once, because it is unclear which one counts.

    :param several: the names of parameters that may be repeated.
    :raises ValidationError: with each of the other parameters.
    """
    repeated = {name for name, values in query.lists() if len(values) > 1} - several
    if repeated:
        raise ValidationError({name: ["Send this parameter once."] for name in sorted(repeated)})


def require_values(query: QueryDict, names: AbstractSet[str]) -> None:
    """Reject empty parameters.

    :raises ValidationError: with each empty parameter.
    """
    empty = {name for name in names if query.get(name) == ""}
    if empty:
        detail = "Send a value, or leave the parameter out."
        raise ValidationError({name: [detail] for name in sorted(empty)})


class FilterBackend(DjangoFilterBackend):
    """Filters lists after checking the parameters."""

    def filter_queryset(self, request: HttpRequest, queryset: QuerySet[Any], view: Any) -> Any:
        """Filter the list, unless nothing is asked of it but a page.

        :raises ValidationError: if a parameter is repeated, empty or invalid.
        """
        filterset_class = self.get_filterset_class(view, queryset)
        filters = filterset_class.base_filters if filterset_class else {}
        several = {name for name, item in filters.items() if isinstance(item, MultipleChoiceFilter)}
        # An empty search matches everything, and an empty list is allowed.
        lists = {name for name, item in filters.items() if isinstance(item, BaseCSVFilter)}
        texts = {name for name, item in filters.items() if type(item) is CharFilter}
        require_single(request.GET, several=several)
        require_values(request.GET, PAGES | (filters.keys() - texts - lists))
        if request.GET.keys() <= PAGES:
            return queryset
        return super().filter_queryset(request, queryset, view)
