"""Pure money arithmetic: Decimal amounts with an ISO 4217 currency, never floats."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

KNOWN_CURRENCIES = list_currencies()
AMOUNT_LIMIT = Decimal(10) ** 15  # units: more than a money column can hold


def currency_decimals(currency: str) -> int:
    """Return how many decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD.

    Digits are those of Unicode CLDR, as Babel ships them.
    """
    return get_currency_precision(currency)


@lru_cache(maxsize=256)
def currency_exponent(currency: str) -> Decimal:
    """Return the smallest step of a currency: 0.01 for USD, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-currency_decimals(currency))


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's own number of decimals."""
    return amount.quantize(currency_exponent(currency), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Money:
    """An amount of one currency.

    :param amount: in units of the currency (not cents).
    :param currency: ISO 4217 code.
    """

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{round_amount(self.amount, self.currency):,f} {self.currency}"

    @property
    def digits(self) -> str:
        """The amount alone, with the currency's decimals: 89.00, 24787, 27.345."""
        return f"{round_amount(self.amount, self.currency):f}"

    def converted(self, *, rate: Decimal, currency: str) -> "Money":
        """Convert the amount to another currency.

        :param rate: units of ``currency`` for one unit of this one.
        """
        return Money(round_amount(self.amount * rate, currency), currency)
