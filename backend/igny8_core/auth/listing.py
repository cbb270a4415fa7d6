"""Lists of what belongs to the account that asks."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.auth.permissions import HasAccount, account_of
from igny8_core.common.transactions import one_moment

M = TypeVar("M", bound=Model)


class OwnListView(ListAPIView[M]):
    """A list in pages; a subclass names the model and the selector, which takes the account."""

    permission_classes = [HasAccount]
    model: type[M]
    select: Callable[..., QuerySet[Any]]

    @one_moment()
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with a page, read at one moment."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[M]:
        """Return the account's own rows; none while the schema is made."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.select(account=account_of(self.request))
