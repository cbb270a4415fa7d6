"""Countries of ISO 3166-1 with their currency in use."""

from dataclasses import dataclass
from functools import cache

import pycountry
from babel.numbers import get_territory_currencies


@dataclass(frozen=True)
class Country:
    """A country: ISO 3166-1 alpha-2 code, English short name, ISO 4217 currency."""

    code: str
    name: str
    currency: str


@cache
def all_countries() -> tuple[Country, ...]:
    """Return every country of ISO 3166-1, by name."""
    countries = (
        Country(
            code=entry.alpha_2,
            name=getattr(entry, "common_name", entry.name),
            currency=_currency_of(entry.alpha_2),
        )
        for entry in pycountry.countries
    )
    return tuple(sorted(countries, key=lambda country: country.name))


def country_choices() -> list[tuple[str, str]]:
    """Return every country as a form choice: its code, and its name followed by the code."""
    return [(country.code, f"{country.name} ({country.code})") for country in all_countries()]


def country_of(code: str) -> Country:
    """Return a country.

    :raises LookupError: if ``code`` is not an upper-case code of ISO 3166-1 alpha-2.
    """
    for country in all_countries():
        if country.code == code:
            return country
    raise LookupError(code)


def is_country_code(code: str) -> bool:
    """Tell whether ``code`` is an upper-case ISO 3166-1 alpha-2 code."""
    return code.isupper() and pycountry.countries.get(alpha_2=code) is not None


def country_name(code: str) -> str:
    """Return a country's English name, or the code itself if there is none."""
    entry = pycountry.countries.get(alpha_2=code)
    return getattr(entry, "common_name", entry.name) if entry else code


def _currency_of(code: str) -> str:
    currencies = get_territory_currencies(code)
    return str(currencies[-1]) if currencies else "USD"
