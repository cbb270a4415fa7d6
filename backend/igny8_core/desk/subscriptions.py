"""Subscriptions at the desk: the list by queue, and the addresses of their pages and acts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from igny8_core.auth.enums import LIVE_SUBSCRIPTION_STATUSES
from igny8_core.auth.models import Subscription
from igny8_core.business.billing.periods import paid_until
from igny8_core.business.subscriptions.days import day_in_words
from igny8_core.business.subscriptions.queues import QUEUES, count_in_queue
from igny8_core.business.subscriptions.reading import facts_of_accounts
from igny8_core.common.clock import business_day, utc_now
from igny8_core.desk import override_pages, overrides, subscription_page
from igny8_core.desk.base import ReadOnlyAdmin
from igny8_core.desk.bounded import BoundedChangeList
from igny8_core.desk.navigation import Entry, Section, capped
from igny8_core.desk.step_words import State, coming, state_of

QUEUE = "stage"  # in addresses


class SubscriptionList(BoundedChangeList):
    """Filters by queue, and reads the facts of a page together."""

    result_list: Any

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Don't treat the queue as a column."""
        remaining: dict[str, Any] = super().get_filters_params(params)
        remaining.pop(QUEUE, None)
        return remaining

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str] | None = None
    ) -> QuerySet[Subscription]:
        found: QuerySet[Subscription] = super().get_queryset(request, exclude_parameters)
        chosen = QUEUES.get(request.GET.get(QUEUE, ""))
        return found.filter(pk__in=chosen.find(utc_now()).values("pk")) if chosen else found

    def get_results(self, request: HttpRequest) -> None:
        """Read what comes next for the accounts of the page."""
        super().get_results(request)
        now = utc_now()
        self.result_list = list(self.result_list)
        facts = facts_of_accounts({row.account_id for row in self.result_list})
        for row in self.result_list:
            of_account = facts[row.account_id]
            row.state = state_of(row, of_account, now)
            row.next = next(iter(coming(of_account, now)), None) if overrides.goes_on(row) else None


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    sidebar = Entry(Section.CUSTOMERS, 2, "autorenew")
    list_display = ["account", "plan", "state", "paid_to", "next_step", "held", "parked"]
    list_filter = ["status", "plan"]
    list_before_template = "admin/igny8_auth/subscription/stages.html"
    change_list_template = "admin/igny8_auth/subscription/change_list.html"
    list_per_page = 50
    search_fields = ["account__name"]
    list_select_related = ["account", "plan"]
    ordering = ["-pk"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SubscriptionList]:
        return SubscriptionList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add the tabs, each with its count."""
        context = {**(extra_context or {}), "stages": _tabs(request, utc_now())}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """Refuse: only numbers are ids of subscriptions, and Django's own page isn't used."""
        raise Http404

    def get_urls(self) -> list[URLPattern]:
        """Replace Django's page with our own, and add the acts."""
        wrap: Callable[[Any], Any] = self.admin_site.admin_view

        def page(route: str, view: Any) -> URLPattern:
            pattern: URLPattern = path(
                f"<int:subscription_id>/{route}/",
                wrap(view),
                {"model_admin": self},
                name=f"igny8_auth_subscription_{route}",
            )
            return pattern

        return [
            page("change", subscription_page.show),
            *(page(name, override_pages.view_of(name)) for name in overrides.ACTS),
            *super().get_urls(),
        ]

    @admin.display(description="State")
    def state(self, row: Any) -> SafeString:
        return _state_cell(row.state)

    @admin.display(description="Paid until")
    def paid_to(self, row: Subscription) -> str:
        if row.status not in LIVE_SUBSCRIPTION_STATUSES:
            return "-"
        ending = ", then ends" if row.cancel_at_period_end else ""
        return f"{day_in_words(business_day(paid_until(row)))}{ending}"

    @admin.display(description="Next step")
    def next_step(self, row: Any) -> SafeString | str:
        if not row.next:
            return "-"
        return format_html(
            '<span class="desk-main">{}</span><span class="desk-sub">{}</span>',
            day_in_words(row.next.day),
            row.next.what,
        )

    @admin.display(description="Held until")
    def held(self, row: Subscription) -> str:
        is_held = row.hold_until and row.hold_until > business_day(utc_now())
        return day_in_words(row.hold_until) if row.hold_until and is_held else "-"

    @admin.display(description="Parked")
    def parked(self, row: Subscription) -> str:
        return row.account.parked_reason or "Yes" if row.account.parked_at else "-"


def _state_cell(state: State) -> SafeString:
    return format_html('<span class="desk-state desk-state-{}">{}</span>', state.look, state.label)


def _tabs(request: HttpRequest, now: datetime) -> list[dict[str, Any]]:
    """Return the tabs: each queue with its count and whether it is selected."""
    chosen = request.GET.get(QUEUE, "")
    tabs = [
        {
            "label": queue.label,
            "url": f"?{QUEUE}={name}",
            "count": capped(count_in_queue(name, now)),
            "is_chosen": chosen == name,
        }
        for name, queue in QUEUES.items()
    ]
    return [{"label": "All", "url": "?", "count": "", "is_chosen": chosen not in QUEUES}, *tabs]
