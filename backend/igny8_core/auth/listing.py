"""Lists: of everything, and of what belongs to the account that asks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Expression, Model, QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.auth.permissions import HasAccount, account_of
from igny8_core.common.transactions import one_moment

M = TypeVar("M", bound=Model)


class PagedListView(ListAPIView[M]):
    """A list in pages, each read at one moment."""

    @one_moment()
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with a page."""
        return self.list(request, *args, **kwargs)

    def read(
        self, keys: QuerySet[Any, Any], order: Sequence[str], more: Mapping[str, Expression]
    ) -> list[Any]:
        """Read the rows of a page.

        :param keys: of the rows.
        :param more: columns to read beside them, by name.
        """
        rows = self.get_queryset().filter(pk__in=keys).annotate(**more).order_by(*order)
        return list(rows)


class OwnListView(PagedListView[M]):
    """A list of the account's own; a subclass names the model, and the selector of its rows."""

    permission_classes = [HasAccount]
    model: type[M]
    select: Callable[..., QuerySet[Any]]

    def get_queryset(self) -> QuerySet[M]:
        """Return the account's own rows; none while the schema is generated."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.select(account=account_of(self.request))
