"""Pages of long lists."""

from typing import Any

from rest_framework import pagination
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from igny8_core.common.pagination import MOST_COUNTED, BoundedPaginator


class PageNumberPagination(pagination.PageNumberPagination):
    """25 rows per page, up to 100 with ``page_size``. Pages end where counting stops."""

    django_paginator_class = BoundedPaginator
    page_size: int = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    last_page_strings = ()
    invalid_page_message = (
        f"There is no such page. Lists show their first {MOST_COUNTED:,} rows: filters lead on."
    )

    def get_page_size(self, request: Request) -> int:
        """Return the requested number of rows.

        :raises ValidationError: if it isn't a number from 1 to 100.
        """
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if asked.isascii() and asked.isdecimal() and 1 <= int(asked[:9]) <= self.max_page_size:
            return int(asked)
        detail = f"Ask for a number of rows from 1 to {self.max_page_size}."
        raise ValidationError({self.page_size_query_param: [detail]})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page, and up to what number rows are counted."""
        page = super().get_paginated_response_schema(schema)
        description = f"Number of rows on all pages, at most {MOST_COUNTED:,}."
        count = {"minimum": 0, "maximum": MOST_COUNTED, "description": description}
        page["properties"]["count"] |= count
        return page

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameters with their limits."""
        page, page_size = super().get_schema_operation_parameters(view)
        page["schema"]["minimum"] = 1
        page_size["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return [page, page_size]
