"""The amount due in the currency of a payment method."""

from dataclasses import dataclass
from decimal import Decimal

from igny8_core.auth.models import Plan
from igny8_core.business.billing.exceptions import ImpossibleExchangeRate, NoExchangeRate
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.common.money import AMOUNT_LIMIT, Money


@dataclass(frozen=True)
class PriceAtRate:
    """The amount due in a method's currency, at the current rate."""

    payable: Money
    rate: Decimal


def price_by(*, due: Money, method: PaymentMethodConfig | None) -> PriceAtRate:
    """Compute the amount due in the method's currency.

    :param due: in USD, the currency of all prices.
    :param method: with its rate, as ``payment_method_for`` reads it.
    :raises ExchangeRateMissing: if there is no rate for the method's currency, or one at which
        the amount would be zero or too large to store.
    """
    return price_at(due=due, method=method, rate=rate_of(method))


def rate_of(method: PaymentMethodConfig | None) -> Decimal:
    """Return the units of a method's currency for one US dollar, the currency of all prices.

    :param method: with its rate, as ``payment_method_for`` reads it.
    :raises ExchangeRateMissing: if none is kept.
    """
    if method is None or method.currency == Plan.currency:
        return Decimal(1)
    rate = method.units_per_usd
    if rate is None:
        raise NoExchangeRate(method)
    return rate


def price_at(*, due: Money, method: PaymentMethodConfig | None, rate: Decimal) -> PriceAtRate:
    """Compute the amount due in the method's currency at a rate.

    :raises ExchangeRateMissing: if it would be zero or too large to store.
    """
    if method is None or method.currency == due.currency:
        return PriceAtRate(payable=due, rate=Decimal(1))
    payable = due.converted(rate=rate, currency=method.currency)
    if not 0 < payable.amount < AMOUNT_LIMIT:
        raise ImpossibleExchangeRate(method)
    return PriceAtRate(payable=payable, rate=rate)
