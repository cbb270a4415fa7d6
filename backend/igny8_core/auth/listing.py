"""Lists: of everything, and of what belongs to the account that asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.auth.permissions import HasAccount, account_of
from igny8_core.common.keyset import CountUpTo, with_number
from igny8_core.common.transactions import one_moment

M = TypeVar("M", bound=Model)


class PagedListView(ListAPIView[M]):
    """A list in pages, each read at one moment."""

    @one_moment()
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with a page."""
        return self.list(request, *args, **kwargs)

    def read(
        self,
        keys: QuerySet[Any, Any],
        order: tuple[str, ...],
        size: int,
        counted: QuerySet[Any, Any] | None = None,
    ) -> tuple[list[Any], int]:
        """Read the rows of a page.

        :param keys: of the rows, and possibly of more than the ``size`` first ones.
        :param counted: rows to count as well.
        :returns: the rows, and how many were counted.
        """
        rows: QuerySet[Any] = self.get_queryset().filter(pk__in=keys).order_by(*order)
        if counted is not None:
            rows = rows.annotate(rows_counted=CountUpTo(counted))
        return with_number(list(rows[:size]))


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
