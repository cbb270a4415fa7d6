"""The amount due in the currency of a payment method, and prices of one customer."""

from dataclasses import dataclass
from decimal import Decimal

from igny8_core.auth.models import Plan, Subscription
from igny8_core.business.billing.exceptions import ImpossibleExchangeRate, NoExchangeRate
from igny8_core.business.billing.models import PaymentMethodConfig
from igny8_core.common.money import AMOUNT_LIMIT, Money

TOLD_PRICE = ("announced_price", "announced_on", "announced_from")


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


def forget_told_price(subscription: Subscription) -> None:
    """Let no higher price hold that its customer was told of before; the caller saves it."""
    subscription.announced_price = None
    subscription.announced_on = subscription.announced_from = None


def forget_prices(subscription: Subscription) -> None:
    """Let the present plan's own price hold; the caller saves it."""
    subscription.price_override = None
    forget_told_price(subscription)
