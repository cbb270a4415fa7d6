"""Pure money arithmetic."""

from decimal import Decimal

import pytest

from igny8_core.common.money import Money, round_amount


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "USD", "1.01"),
        ("1.004", "USD", "1.00"),
        ("24786.5", "PKR", "24786.50"),
        ("13350.5", "JPY", "13351"),
        ("27.3455", "KWD", "27.346"),
    ],
)
def test_amount_rounds_half_up_to_currency_decimals(
    amount: str, currency: str, rounded: str
) -> None:
    assert str(round_amount(Decimal(amount), currency)) == rounded


def test_money_converts_at_a_rate() -> None:
    assert Money(Decimal("89.00"), "USD").converted(rate=Decimal("150.017"), currency="JPY") == (
        Money(Decimal(13352), "JPY")
    )


def test_money_is_written_with_its_currency() -> None:
    assert str(Money(Decimal("89.000"), "USD")) == "89.00 USD"
    assert str(Money(Decimal(1234567), "JPY")) == "1,234,567 JPY"
