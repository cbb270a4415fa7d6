"""Pages of long lists: by number, or by a cursor that says where a page begins."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import QuerySet
from rest_framework import exceptions, pagination
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from igny8_core.common import pagination as limits
from igny8_core.common.keyset import (
    Place,
    Side,
    field_of,
    order_of,
    page_keys,
    values_of,
)
from igny8_core.common.pagination import MOST_COUNTED

CURSOR = "cursor"
MAX_CURSOR = 1000  # characters
MAX_DIGITS = 9


class PageNumberPagination(pagination.PageNumberPagination):
    """25 rows per page, up to 100 with ``page_size``.

    The links to the next and previous page are cursors: signed, so that nobody makes one up, and
    only for the same list with the same filters and order. Pages by number end where counting
    stops. A page, the number of rows and whether there is another page take one statement.
    """

    page_size: int = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    invalid_page_message = (
        f"There is no such page. Pages by number end at row {MOST_COUNTED:,}: `next` leads on."
    )
    invalid_cursor_message = (
        "This cursor doesn't belong to this list with these filters in this order. Follow the "
        "links `next` and `previous` as they are."
    )

    def paginate_queryset(  # type: ignore[override]  # of database rows only
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Read the page that a request asks for.

        :param queryset: filtered and sorted; the view's own ``read`` gives the rows of its keys.
        :raises NotFound: if there is no page of this number.
        :raises ValidationError: if the cursor or the number of rows isn't valid.
        """
        self.asked, self.order = request, order_of(queryset)
        self.size = self.get_page_size(request)
        cursor = request.query_params.get(CURSOR)
        if cursor is None:
            return self._numbered(queryset, view)
        if self.page_query_param in request.query_params:
            raise ValidationError({CURSOR: ["Send a page or a cursor, not both."]})
        place, self.count = self._read(cursor, queryset)
        return self._beside(place, queryset, view)

    def _numbered(self, queryset: QuerySet[Any], view: Any) -> list[Any]:
        """Read a page by its number, and count."""
        skipped = (self._number() - 1) * self.size
        if skipped and skipped >= limits.MOST_COUNTED:
            raise exceptions.NotFound(self.invalid_page_message)
        keys = queryset.values("pk")[skipped : skipped + self.size + 1]
        counted = queryset.order_by().values("pk")[: limits.MOST_COUNTED]
        rows, self.count = view.read(keys, self.order, self.size + 1, counted)
        if skipped and not rows:
            raise exceptions.NotFound(self.invalid_page_message)
        page: list[Any] = rows[: self.size]
        self.next = self._beyond(Side.AFTER, page[-1]) if len(rows) > self.size else None
        self.previous = self._beyond(Side.BEFORE, page[0]) if skipped else None
        return page

    def _beside(self, place: Place, queryset: QuerySet[Any], view: Any) -> list[Any]:
        """Read the page beside a place; its other side leads back."""
        keys = page_keys(queryset, place=place, size=self.size + 1)
        rows, _ = view.read(keys, place.side.order(self.order), self.size + 1)
        page: list[Any] = rows[: self.size]
        is_backward = place.side.is_backward
        if is_backward:
            page.reverse()
        following = self._beyond(Side.AFTER, page[-1]) if page else self._back(place)
        preceding = self._beyond(Side.BEFORE, page[0]) if page else self._back(place)
        has_more = len(rows) > self.size
        self.next = following if is_backward or has_more else None
        self.previous = preceding if not is_backward or has_more else None
        return page

    def _beyond(self, side: Side, row: Any) -> str:
        return self._link(Place(side, values_of(row, self.order)))

    def _back(self, place: Place) -> str:
        return self._link(Place(place.side.others, place.values))

    def _link(self, place: Place) -> str:
        told = [place.side, self.count, *map(_as_json, place.values)]
        cursor = signing.dumps(told, salt=self._salt(), compress=True)
        url = remove_query_param(self.asked.build_absolute_uri(), self.page_query_param)
        return str(replace_query_param(url, CURSOR, cursor))

    def _read(self, cursor: str, queryset: QuerySet[Any]) -> tuple[Place, int]:
        """Return what a cursor of ours says: a place, and the number of rows of the list.

        :raises ValidationError: if it isn't one of this list, with these filters in this order.
        """
        try:
            side, count, *values = signing.loads(cursor, salt=self._salt())
        except signing.BadSignature as error:
            raise ValidationError({CURSOR: [self.invalid_cursor_message]}) from error
        fields = (queryset.model._meta.get_field(field_of(name)) for name in self.order)
        read = (field.to_python(value) for field, value in zip(fields, values, strict=True))
        return Place(Side(side), tuple(read)), count

    def _salt(self) -> str:
        """Name the list that a cursor is for: the address without the page."""
        pages = {self.page_query_param, self.page_size_query_param, CURSOR}
        query = self.asked.query_params.lists()
        asked = sorted((name, sorted(values)) for name, values in query if name not in pages)
        return f"{self.asked.path}?{urlencode(asked, doseq=True)} by {','.join(self.order)}"

    def _number(self) -> int:
        asked = self.asked.query_params.get(self.page_query_param, "1")
        if number := _number_in(asked):
            return number
        raise exceptions.NotFound(self.invalid_page_message)

    def get_page_size(self, request: Request) -> int:
        """Return the requested number of rows.

        :raises ValidationError: if it isn't a number from 1 to 100.
        """
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if 1 <= (size := _number_in(asked)) <= self.max_page_size:
            return size
        detail = f"Ask for a number of rows from 1 to {self.max_page_size}."
        raise ValidationError({self.page_size_query_param: [detail]})

    def get_paginated_response(self, data: Any) -> Response:
        """Answer with the page and its links."""
        return Response(
            {
                "count": self.count,
                "next": self.next,
                "previous": self.previous,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page, up to what number rows are counted, and the links."""
        page = super().get_paginated_response_schema(schema)
        link = {"type": "string", "nullable": True, "format": "uri"}
        page["properties"] |= {
            "count": {
                "type": "integer",
                "minimum": 0,
                "maximum": MOST_COUNTED,
                "description": f"Number of rows of the list, at most {MOST_COUNTED:,}; counted "
                "when its first page was read.",
                "example": 123,
            },
            "next": link
            | {
                "description": "Address of the next page; null on the last one. It contains a "
                "cursor: rows that come or go meanwhile are neither repeated nor skipped.",
                "example": "http://api.example.org/accounts/?cursor=WyJhZnRlciJd:1wQ",
            },
            "previous": link
            | {
                "description": "Address of the page before; null on the first one.",
                "example": "http://api.example.org/accounts/?cursor=WyJiZWZvcmUiXQ:1wQ",
            },
        }
        return page

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters with their limits."""
        page, page_size = super().get_schema_operation_parameters(view)
        page["schema"]["minimum"] = 1
        page["description"] = f"A page of the first {MOST_COUNTED:,} rows, by its number."
        page_size["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        cursor = {
            "name": CURSOR,
            "required": False,
            "in": "query",
            "description": "Where a page begins: part of `next` and `previous`, for the same "
            "filters and order. Not together with `page`.",
            "schema": {"type": "string", "maxLength": MAX_CURSOR, "pattern": "^[A-Za-z0-9_:.-]+$"},
        }
        return [cursor, page, page_size]


def _number_in(text: str) -> int:
    """Return the number that a text is; 0 if it is none, or has too many digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else 0


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
