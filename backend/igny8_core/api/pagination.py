"""How long lists are cut."""

from rest_framework import pagination


class PageNumberPagination(pagination.PageNumberPagination):
    """25 a page; ``page_size`` asks for up to 100."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
