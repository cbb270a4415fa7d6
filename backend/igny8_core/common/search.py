"""Search for parts of texts by an index of their parts: of every three letters that adjoin.

A text that is searched has a line for each of its fields, each in ``normal_words``. A line such as
``=25053.5`` is an amount, which is found as a whole. PostgreSQL's own GIN index of arrays holds
the parts; its extension pg_trgm would do the same, and is not everywhere.
"""

import re
import unicodedata
from decimal import Decimal
from functools import reduce
from operator import and_

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import (  # type: ignore[attr-defined]  # stubs lack it
    ArrayContains,
)
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Replace
from django.db.models.lookups import Contains

from igny8_core.common.normal_form import normal_form

GRAM = 3
IDEOGRAPHS = (
    "[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"  # words without spaces
)
# One or two letters are found where a word begins; an ideograph begins one wherever it stands.
SEARCH_GRAMS_IN_SQL = f"""
CREATE OR REPLACE FUNCTION search_grams(document text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $function$
DECLARE
    grams text[] := '{{}}';
    line text;
    word text;
BEGIN
    FOREACH line IN ARRAY string_to_array(document, E'\\n') LOOP
        IF line LIKE '=%' THEN
            grams := grams || line;
            CONTINUE;
        END IF;
        FOREACH word IN ARRAY string_to_array(line, ' ') LOOP
            grams := grams || ('^' || left(word, 1));
            IF length(word) > 1 THEN
                grams := grams || ('^' || left(word, 2));
            END IF;
        END LOOP;
        word := replace(line, ' ', '');
        FOR i IN 1..length(word) - {GRAM - 1} LOOP
            grams := grams || substr(word, i, {GRAM});
        END LOOP;
        IF octet_length(word) > length(word) AND word ~ '{IDEOGRAPHS}' THEN
            FOR i IN 1..length(word) LOOP
                IF substr(word, i, 1) ~ '{IDEOGRAPHS}' THEN
                    grams := grams || ARRAY['^' || substr(word, i, 1), '^' || substr(word, i, 2)];
                END IF;
            END LOOP;
        END IF;
    END LOOP;
    RETURN grams;
END $function$;
"""
AMOUNT = re.compile(r"[0-9]{1,15}(?:[.,'\u066c\u066b][0-9]{1,15})*")
DECIMAL_SIGNS = ".,\u066b"
HAS_DECIMALS = re.compile(r"[.,\u066b]\d{1,2}$")  # 25053.50 is an amount and no part of a number
MAX_WORDS = 12


class NormalWords(Func):
    """``normal_words`` of a text, by PostgreSQL."""

    function = "normal_words"
    output_field = TextField()


class SearchGrams(Func):
    """The parts by which a text is found."""

    function = "search_grams"
    output_field = ArrayField(TextField())


def text_holds(term: str, *, text: str) -> Q:
    """Match rows whose text holds what somebody looks for.

    As one word, or each of its words anywhere; an amount in any way to write one. Nothing matches
    a term without a letter, a digit or a picture.

    :param text: name of the column; ``SearchGrams`` of it has a GIN index.
    """
    words = term.split()[:MAX_WORDS]
    whole = _holds("".join(words), text=text)
    if len(words) < 2:  # noqa: PLR2004
        return whole
    return whole | reduce(and_, (_holds(word, text=text) for word in words if _forms_of(word)))


def _holds(word: str, *, text: str) -> Q:
    found = Q(pk__in=[])
    for normal in [] if HAS_DECIMALS.search(word) and amounts_of(word) else _forms_of(word):
        part = Q(_has_grams(_grams_of(normal), text=text))
        if len(normal) > GRAM:
            joined = Replace(F(text), Value(" "), Value(""), output_field=TextField())
            part &= Q(Contains(joined, normal))
        found |= part
    for amount in amounts_of(word):
        found |= Q(_has_grams([f"={amount:f}"], text=text))
    return found


def _forms_of(word: str) -> list[str]:
    """Return what to look for: of an address with its @, elsewhere (UPI's) perhaps without."""
    parts = [normal_form(part) for part in word.split("@")]
    if len(parts) == 1 or not any(parts):
        return list(filter(None, parts[:1]))
    return ["@".join(parts), *(["".join(parts)] if all(parts) else [])]


def _has_grams(grams: list[str], *, text: str) -> ArrayContains:
    return ArrayContains(SearchGrams(text), Value(grams, output_field=ArrayField(TextField())))


def _grams_of(normal: str) -> list[str]:
    if len(normal) < GRAM:
        return [f"^{normal}"]
    return sorted({normal[start : start + GRAM] for start in range(len(normal) - GRAM + 1)})


def amounts_of(word: str) -> set[Decimal]:
    """Return which amounts a word may mean: 25053.50 and 25.053,50 are one, 1,234 may be two.

    Without decimals it also means every amount that begins so: 25053 is 25053.50.
    """
    kept = (c for c in word if unicodedata.category(c) not in {"Sc", "Cf", "Zs"})
    plain = unicodedata.normalize("NFKC", "".join(kept))
    digits = "".join(str(unicodedata.decimal(c, c)) for c in plain)
    if not AMOUNT.fullmatch(digits):
        return set()
    *groups, last = re.split(r"[^0-9]", digits)
    found = {_plain(Decimal("".join([*groups, last])))}
    if groups and len(last) <= 3 and digits[-len(last) - 1] in DECIMAL_SIGNS:  # noqa: PLR2004
        amount = _plain(Decimal("".join(groups) + "." + last))
        found = found | {amount} if len(last) == 3 else {amount}  # noqa: PLR2004
    return found


def _plain(amount: Decimal) -> Decimal:
    """Return it without trailing zeros, as ``trim_scale`` of PostgreSQL does."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount.normalize()
