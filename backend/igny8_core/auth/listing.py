"""Lists: of everything, and of what belongs to the account that asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
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
        return super().get(request, *args, **kwargs)


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
