"""Plans, payment methods, ready-made reasons and exchange rates in the admin site."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from igny8_core.auth.models import Account, Plan, Subscription
from igny8_core.business.billing.models import ExchangeRate, PaymentMethodConfig, RejectionReason
from igny8_core.business.billing.validators import TEXTS
from igny8_core.business.subscriptions.services.looks import look_at_customers_of
from igny8_core.common.clock import utc_now
from igny8_core.common.money import Money
from igny8_core.desk.base import DeskAdmin, money_cell
from igny8_core.desk.method_form import PaymentMethodForm, reference_problem
from igny8_core.desk.model_forms import DeskModelForm
from igny8_core.desk.navigation import Entry, Section
from igny8_core.desk.settings import GuardedAdmin, SettingAdmin

CONFIRMED = "confirmed"
SOMEBODY_HAS_IT = (
    "This plan is in use. Add a new plan with the values you want, and take this one off sale."
)


class PlanForm(DeskModelForm):
    """A plan's name, and whether and how often it is paid, can't change while it is in use."""

    def clean(self) -> dict[str, Any]:
        """Refuse to turn a plan in use into a different one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.instance._state.adding and _is_had(self.instance):
            for name in ("slug", "interval"):
                if name in self.changed_data:
                    self.add_error(name, SOMEBODY_HAS_IT)
            price = cleaned.get("price")
            was_free = self.get_initial_for_field(self.fields["price"], "price") == 0
            if price is not None and "price" in self.changed_data and (price == 0) != was_free:
                self.add_error("price", SOMEBODY_HAS_IT)
        return cleaned


def _is_had(plan: Plan) -> bool:
    return (
        Account.objects.filter(plan=plan).exists()
        or Subscription.objects.filter(plan=plan).exists()
    )


@admin.register(Plan)
class PlanAdmin(SettingAdmin):
    sidebar = Entry(Section.SETTINGS, 6, "sell")
    form = PlanForm
    list_display = [
        "name",
        "slug",
        "amount",
        "interval",
        "included_credits",
        "credits_at_renewal",
        "is_public",
    ]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """Save it; its customers are told of a higher price before they pay it."""
        super().save_model(request, obj, form, change)
        if change and "price" in form.changed_data:
            look_at_customers_of(plan_id=obj.pk, now=utc_now())

    @admin.display(description="Price", ordering="price")
    def amount(self, plan: Plan) -> SafeString:
        return money_cell(Money(plan.price, plan.currency))


@admin.register(PaymentMethodConfig)
class PaymentMethodConfigAdmin(GuardedAdmin):
    """Where customers send money: see ``services/setting_changes.py`` for who may change what."""

    sidebar = Entry(Section.SETTINGS, 1, "account_balance")
    form = PaymentMethodForm
    change_form_template = "admin/billing/method_form.html"
    list_display = [
        "display_name",
        "payment_method",
        "places",
        "currency",
        "is_enabled",
        "details_state",
    ]
    list_filter = ["is_enabled", "has_example_details", "kind", "currency"]
    search_fields = ["display_name", "payment_method"]
    fieldsets = [
        ("Basics", {"fields": ["display_name", "payment_method", "kind", "currency"]}),
        ("Availability", {"fields": ["countries", "is_enabled", "order"]}),
        ("What customers see", {"fields": ["instructions", "details", "processing_time"]}),
        (
            "What customers enter",
            {"fields": ["reference_label", "reference_hint", "reference_pattern", "sample"]},
        ),
        ("Translations", {"fields": ["translations"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: Any) -> None:
        """If only the English text changed, ask to check the other languages."""
        super().save_model(request, obj, form, change)
        changed = TEXTS.keys() & set(form.changed_data)
        if form.initial.get("translations") and changed and "translations" not in form.changed_data:
            messages.warning(request, "Check the translations, too: only the English text changed.")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_reference)
        return [path("try/", view, name="billing_paymentmethodconfig_try"), *super().get_urls()]

    def try_reference(self, request: HttpRequest) -> HttpResponse:
        """Show what a customer with this reference would see."""

        @require_safe
        def answer(request: HttpRequest) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            problem = reference_problem(
                reference=request.GET.get("reference", "")[:100],
                pattern=request.GET.get("pattern", "")[:200],
            )
            return JsonResponse({"problem": problem})

        return answer(request)

    @admin.display(description="Countries")
    def places(self, method: PaymentMethodConfig) -> str:
        return ", ".join(method.countries) or "everywhere"

    @admin.display(description="Details")
    def details_state(self, method: PaymentMethodConfig) -> SafeString | str:
        if not method.has_example_details:
            return "Edited"
        return format_html(
            '<strong class="desk-warning">{}</strong>',
            "Example details: not offered in production",
        )


class RateForm(DeskModelForm):
    """An exchange rate; a large change needs confirmation."""

    def clean(self) -> dict[str, Any]:
        """Ask until exactly this rate is confirmed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.question and self.data.get(CONFIRMED) != self.question["rate"]:
            self.add_error("units_per_usd", "Confirm the rate above, or correct it.")
        return cleaned

    @cached_property
    def question(self) -> dict[str, Any] | None:
        """What the change means: the rate as typed, and what each plan would cost."""
        if not self.is_bound:
            return None
        try:
            new = self.fields["units_per_usd"].clean(self["units_per_usd"].data)
        except ValidationError:
            return None
        old = self.initial.get("units_per_usd")
        if not old or not _is_far(old, new):
            return None
        currency = self.instance.currency
        return {
            "rate": f"{new.normalize():f}",
            "old": f"{Decimal(old).normalize():f}",
            "currency": currency,
            "prices": [
                (plan.name, *(_price(plan, rate, currency) for rate in (old, new)))
                for plan in Plan.objects.filter(price__gt=0)
            ],
        }


def _is_far(old: Decimal, new: Decimal) -> bool:
    return abs(new - old) * 100 > old * settings.BILLING_RATE_CHANGE_ASKED_ABOVE


def _price(plan: Plan, rate: Decimal, currency: str) -> Money:
    return Money(plan.price, plan.currency).converted(rate=rate, currency=currency)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(SettingAdmin):
    sidebar = Entry(Section.SETTINGS, 2, "currency_exchange")
    form = RateForm
    change_form_before_template = "admin/billing/rate_question.html"
    list_display = ["currency", "units_per_usd", "updated_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Keep the currency: each currency has its own row."""
        return ["currency"] if obj else []

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """List the methods that need the rate among the protected objects."""
        found, counts, missing, protected = super().get_deleted_objects(objs, request)
        methods = PaymentMethodConfig.objects.filter(
            is_enabled=True, currency__in=[rate.currency for rate in objs]
        )
        named = [f"Payment method in {item.currency}: {item}" for item in methods]
        return found, counts, missing, [*protected, *named]


@admin.register(RejectionReason)
class RejectionReasonAdmin(DeskAdmin):
    sidebar = Entry(Section.SETTINGS, 4, "quickreply")
    list_display = ["text", "language", "method", "order"]
    list_filter = ["language", "method"]
    list_select_related = ["method"]
    search_fields = ["text"]
