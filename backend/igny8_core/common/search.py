"""Search for parts of words, with an index of all groups of three adjacent letters.

A searched text has one line per field, each in ``normal_words``. A line such as ``=25053.5`` is an
amount, which only matches as a whole. PostgreSQL's own GIN index of arrays holds the groups; the
extension pg_trgm would do the same, but isn't available everywhere.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any, TypeAlias, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import (  # type: ignore[attr-defined]  # stubs lack it
    ArrayContains,
)
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Expression, F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Replace, StrIndex
from django.db.models.lookups import Contains, GreaterThan

from igny8_core.common.normal_form import normal_form

GRAM = 3
ENOUGH = 4  # groups of three digits, so six or more digits: few rows share them
IDEOGRAPHS = (
    "[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"  # words without spaces
)
# One or two letters match the start of a word; every ideograph counts as the start of a word.
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
HAS_DECIMALS = re.compile(r"[.,\u066b]\d{1,2}$")  # 25053.50 is an amount, not part of a number
MONEY_SIGNS = re.compile(r"^(?:rs\.?|[a-z]{1,3}(?=\$))|[.,/][-\u2013\u2014=]$", re.IGNORECASE)
MAX_WORDS = 12
OWN = ""  # the path to a row's own text
MAX_DIGITS = 18  # of an amount, as in the columns
Text: TypeAlias = Expression | F


class NormalWords(Func):
    """``normal_words`` of a text, by PostgreSQL."""

    function = "normal_words"
    output_field = TextField()


class NormalAddress(Func):
    """An email address in ``normal_words``, which keeps its @."""

    template = (
        "(normal_words(split_part(%(expressions)s, '@', 1)) || '@' || "
        "normal_words(split_part(%(expressions)s, '@', 2)))"
    )
    output_field = TextField()


class SearchText(Func):
    """The search text of a row, with a line for each part.

    The index contains the whole expression instead of a function of ours, because restoring a
    PostgreSQL dump requires fully qualified function names.

    :param parts: names of columns; ``NormalAddress`` for those that hold addresses.
    """

    template = "(%(expressions)s)"
    arg_joiner = " || E'\\n' || "
    output_field = TextField()

    def __init__(self, *parts: str | NormalAddress, **extra: Any) -> None:
        """Take each column in its normal form."""
        lines = (NormalWords(part) if isinstance(part, str) else part for part in parts)
        super().__init__(*lines, **extra)


class SearchGrams(Func):
    """The groups of letters by which a text is found."""

    function = "search_grams"
    output_field = ArrayField(TextField())


class Wanted(Func):
    """The groups of letters that are looked for, unseen by the planner.

    It would compute the groups of all rows rather than use the index for frequent ones.
    """

    template = "(SELECT %(expressions)s)"
    output_field = ArrayField(TextField())

    def __init__(self, grams: list[str] | Value, **extra: Any) -> None:
        """Take the groups."""
        given = grams if isinstance(grams, Value) else Value(grams, output_field=self.output_field)
        super().__init__(given, **extra)


def search_index(name: str, text: Text | str, *, often_written: bool = False) -> GinIndex:
    """Create the index that ``text_holds`` and ``rows_hold`` use.

    :param often_written: for rows that are written often: they first go into a list of up to
        512 kB, which each search reads. A row then costs 0.1 ms instead of 0.4 ms.
    """
    grams = SearchGrams(text)
    if often_written:
        return GinIndex(grams, name=name, fastupdate=True, gin_pending_list_limit=512)
    return GinIndex(grams, name=name, fastupdate=False)


def text_of(model: type[Model]) -> Text | None:
    """Return the search text of a model; None if it has no search index."""
    for index in model._meta.indexes:
        if isinstance(index, GinIndex) and isinstance(index.expressions[0], SearchGrams):
            (text,) = index.expressions[0].get_source_expressions()
            return cast("Text", text)
    return None


def text_holds(term: str, *, text: Text, has_amounts: bool = False) -> Q:
    """Match rows whose text contains a search term.

    The term matches as one word, or each of its words anywhere. A term without a letter, digit or
    emoji matches nothing.

    :param text: an expression whose ``SearchGrams`` have a GIN index.
    :param has_amounts: whether it has lines of amounts, which match in any notation.
    """

    def holds(word: str) -> Q:
        return _holds_amount(word, text=text) if has_amounts else _holds(word, text=text)

    return _in_words(term, holds)


def text_shows(term: str, *, text: Text) -> Q:
    """Match the same rows as ``text_holds`` with amounts, by reading the text alone.

    For rows that are read anyway, in another order, until enough of them match: the groups of
    letters take a hundred times as long without their index.
    """
    return _in_words(term, lambda word: _shows(word, text=text))


def _in_words(term: str, holds: Callable[[str], Q]) -> Q:
    """Match the term as one word, or each of its words anywhere."""
    words = _words_of(term)
    whole = holds("".join(words))
    if len(words) < 2:  # noqa: PLR2004
        return whole
    return whole | reduce(and_, map(holds, words))


def rows_hold(term: str, *, model: type[Model], texts: Mapping[str, Text]) -> Q:
    """Match rows that contain a search term, themselves or in rows that they belong to.

    Each word may be in a different text. The result is one set of keys, so that only indexes are
    read: conditions on different tables joined by OR would make PostgreSQL read whole tables.

    :param texts: the searched texts, by the path to their rows; ``OWN`` means the rows themselves.
    """

    if list(texts) == [OWN]:
        return text_holds(term, text=texts[OWN])

    def keys(term: str) -> QuerySet[Model, Any]:
        one, *others = (_keys_of(term, model=model, path=path, text=texts[path]) for path in texts)
        return one.union(*others) if others else one

    words = _words_of(term)
    found = keys(term)
    if len(words) > 1 and len(texts) > 1:
        each = (Q(pk__in=keys(word)) for word in words)
        in_all = model._base_manager.order_by().filter(reduce(and_, each))
        found = found.union(in_all.values("pk"))
    return Q(pk__in=found)


def _keys_of(term: str, *, model: type[Model], path: str, text: Text) -> QuerySet[Model, Any]:
    rows = model._base_manager.order_by()
    if path == OWN:
        return rows.filter(text_holds(term, text=text)).values("pk")
    related = related_model(model, path)._base_manager.filter(text_holds(term, text=text))
    return rows.filter(**{f"{path}__in": related.values("pk")}).values("pk")


def related_model(model: type[Model], path: str) -> type[Model]:
    """Return the model that a path of relations leads to; for ``OWN``, the model itself."""
    for name in filter(None, path.split("__")):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model


def _words_of(term: str) -> list[str]:
    """Return the words of a search; drops signs, and Rs. next to an amount."""
    words = [word for word in term.split() if _forms_of(word)][:MAX_WORDS]
    if any(map(amounts_of, words)):
        return [word for word in words if _without_money_signs(word)]
    return words


def _holds(word: str, *, text: Text) -> Q:
    found = Q(pk__in=[])
    for normal in _forms_of(word):
        part = Q(_has_grams(_looked_up(normal), text=text))
        if len(normal) > GRAM:  # groups alone don't tell how they follow each other
            joined = Replace(text, Value(" "), Value(""), output_field=TextField())
            part &= Q(Contains(joined, normal))
        found |= part
    return found


def _holds_amount(word: str, *, text: Text) -> Q:
    """Match the word or the amount that it means; with decimals, only the amount."""
    amounts = amounts_of(word)
    is_amount_only = amounts and HAS_DECIMALS.search(word)
    found = Q(pk__in=[]) if is_amount_only else _holds(word, text=text)
    for amount in amounts:
        found |= Q(_has_grams([f"={amount:f}"], text=text))
    return found


def _shows(word: str, *, text: Text) -> Q:
    """Match the word or the amount that it means, as ``_holds_amount`` does."""
    lines = Func(text, Value("\n="), Value(1), function="split_part", output_field=TextField())
    flat = Replace(lines, Value("\n"), Value(" "), output_field=TextField())
    spaced = Concat(Value(" "), flat, output_field=TextField())
    joined = Replace(lines, Value(" "), Value(""), output_field=TextField())
    amounts = amounts_of(word)
    is_amount_only = amounts and HAS_DECIMALS.search(word)
    found = Q(pk__in=[])
    for normal in [] if is_amount_only else _forms_of(word):
        is_start = len(normal) < GRAM and not re.match(IDEOGRAPHS, normal)
        found |= _is_in(spaced, f" {normal}") if is_start else _is_in(joined, normal)
    whole = Concat(Value("\n"), text, Value("\n"), output_field=TextField())
    for amount in amounts:
        found |= _is_in(whole, f"\n={amount:f}\n")
    return found


def _is_in(text: Expression, part: str) -> Q:
    return Q(GreaterThan(StrIndex(text, Value(part)), 0))


def _forms_of(word: str) -> list[str]:
    """Return the forms to look for: addresses keep their @, other text (UPI) may drop it."""
    parts = [normal_form(part) for part in word.split("@")]
    if len(parts) == 1 or not any(parts):
        return list(filter(None, parts[:1]))
    return ["@".join(parts), *(["".join(parts)] if all(parts) else [])]


def _has_grams(grams: list[str], *, text: Text) -> ArrayContains:
    return ArrayContains(SearchGrams(text), Wanted(grams))


def _looked_up(normal: str) -> list[str]:
    """Return the groups of a word to look up: its last ones of digits, if they are enough.

    Many references begin with the same letters. To follow a group that is in every row takes the
    index thirty times as long as the rest.
    """
    if len(normal) < GRAM:
        return [f"^{normal}"]
    grams = [normal[start : start + GRAM] for start in range(len(normal) - GRAM + 1)]
    digits = list(dict.fromkeys(gram for gram in reversed(grams) if gram.isdecimal()))
    return sorted(digits[:ENOUGH] if len(digits) >= ENOUGH else set(grams))


def amounts_of(word: str) -> set[Decimal]:
    """Return the amounts that a word may mean: 25053.50 is 25.053,50; 1,234 may be two amounts.

    Without decimals, it also matches every amount that starts with it: 25053 finds 25053.50.
    """
    plain = _without_money_signs(word)
    digits = "".join(str(unicodedata.decimal(c, c)) for c in plain)
    if not AMOUNT.fullmatch(digits) or sum(map(str.isdigit, digits)) > MAX_DIGITS:
        return set()
    *groups, last = re.split(r"[^0-9]", digits)
    found = {_plain(Decimal("".join([*groups, last])))}
    if groups and len(last) <= 3 and digits[-len(last) - 1] in DECIMAL_SIGNS:  # noqa: PLR2004
        amount = _plain(Decimal("".join(groups) + "." + last))
        found = found | {amount} if len(last) == 3 else {amount}  # noqa: PLR2004
    return found


def _without_money_signs(word: str) -> str:
    """Remove currency marks: ₨, US$, Rs. before an amount; /- or .- after it."""
    plain = re.sub(MONEY_SIGNS, "", unicodedata.normalize("NFKC", word))
    kept = (c for c in plain if unicodedata.category(c) not in {"Sc", "Cf", "Zs"})
    return "".join(kept)


def _plain(amount: Decimal) -> Decimal:
    """Return it without trailing zeros, like PostgreSQL's ``trim_scale``."""
    return amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount.normalize()
