"""Payment methods: those that are offered, and those that an invoice promised."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from igny8_core.auth.models import Plan
from igny8_core.business.billing.examples import are_withheld
from igny8_core.business.billing.exceptions import MethodNotOffered, NoMethodOffered
from igny8_core.business.billing.methods import PromisedMethod
from igny8_core.business.billing.models import ExchangeRate, Invoice, PaymentMethodConfig
from igny8_core.common.patterns import is_usable

RATES = ExchangeRate.objects.filter(currency=OuterRef("currency"))
RATE = {"units_per_usd": Subquery(RATES.values("units_per_usd"))}


def payment_methods_for(*, country: str) -> list[PaymentMethodConfig]:
    """The enabled methods of a country, its own and the global ones, in order.

    A country's own method hides the global one with the same code. Methods that still have their
    example details are only offered in development. Methods without a rate for their currency are
    never offered, because the amount would be unknown.

    :param country: ISO 3166-1 alpha-2, or empty for only the global ones.
    """
    return [method for method in _methods_of(country) if _is_priced(method)]


def _is_priced(method: PaymentMethodConfig) -> bool:
    return method.currency == Plan.currency or method.units_per_usd is not None


def _methods_of(country: str) -> list[PaymentMethodConfig]:
    """Read the methods of a country, with the rates of their currencies."""
    places = Q(countries__contains=[country]) | Q(countries__len=0)
    enabled = PaymentMethodConfig.objects.filter(places, is_enabled=True)
    offered = [
        method
        for method in enabled.annotate(**RATE)
        if not are_withheld(is_example=method.has_example_details)
    ]
    own_codes = {method.payment_method for method in offered if not method.is_global}
    return [
        method
        for method in offered
        if not (method.is_global and method.payment_method in own_codes)
    ]


def payment_method_for(*, code: str, country: str) -> PaymentMethodConfig:
    """Find the method that a code names in a country, with the rate of its currency.

    :raises UnknownPaymentMethod: if none is offered there.
    """
    methods = _methods_of(country)
    found = next((method for method in methods if method.payment_method == code), None)
    if found is None:
        if not methods:
            raise NoMethodOffered
        offered = ", ".join(method.payment_method for method in methods)
        raise MethodNotOffered(method=code, offered=offered)
    return found


def method_for_payment(*, code: str, invoice: Invoice, country: str) -> PromisedMethod:
    """Find the method that a code names for an invoice that is being paid.

    The code of the invoice's own method means that method as it was promised, even if it is no
    longer offered, or has other details now. Any other code means a method offered now.

    :param country: the account's current country.
    :raises UnknownPaymentMethod: if the code names neither.
    """
    own = invoice.method
    if own and own.payment_method == code:
        return own
    return PromisedMethod.of_row(payment_method_for(code=code, country=country))


def exchange_rates() -> dict[str, ExchangeRate]:
    """All rates, by currency."""
    return {rate.currency: rate for rate in ExchangeRate.objects.all()}


def enabled_methods_with_example_details() -> QuerySet[PaymentMethodConfig]:
    """Enabled methods that still have example details."""
    return PaymentMethodConfig.objects.filter(is_enabled=True, has_example_details=True)


def methods_with_unusable_pattern() -> list[PaymentMethodConfig]:
    """Methods whose pattern isn't in the dialect, so that they accept any reference."""
    having = PaymentMethodConfig.objects.exclude(reference_pattern="")
    return [method for method in having if not is_usable(method.reference_pattern)]
