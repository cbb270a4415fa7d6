"""What is due in the currency of a payment method."""

from dataclasses import dataclass
from decimal import Decimal

from igny8_core.business.billing.exceptions import ImpossibleExchangeRate, NoExchangeRate
from igny8_core.business.billing.models import ExchangeRate, PaymentMethodConfig
from igny8_core.common.money import AMOUNT_LIMIT, Money


@dataclass(frozen=True)
class PriceAtRate:
    """What is due in a method's currency, at the rate of this moment."""

    payable: Money
    rate: Decimal


def price_by(*, due: Money, method: PaymentMethodConfig | None) -> PriceAtRate:
    """Name what is due in the method's currency.

    :param due: in USD, in which prices are held.
    :raises ExchangeRateMissing: if no rate is kept for the method's currency, or one at which
        nothing would be due, or more than can be kept.
    """
    if method is None or method.currency == due.currency:
        return PriceAtRate(payable=due, rate=Decimal(1))
    rate = ExchangeRate.objects.filter(currency=method.currency).first()
    if rate is None:
        raise NoExchangeRate(method)
    payable = due.converted(rate=rate.units_per_usd, currency=method.currency)
    if not 0 < payable.amount < AMOUNT_LIMIT:
        raise ImpossibleExchangeRate(method)
    return PriceAtRate(payable=payable, rate=rate.units_per_usd)
