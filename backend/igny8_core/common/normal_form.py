"""One normal form of what people type, for comparing, flagging and searching.

``0123 4567 8901`` and ``۰۱۲۳۴۵۶۷۸۹۰۱`` are one reference. PostgreSQL has the same function
(migration 0005 of ``common``): a test compares them character by character.

These become equal: variants of one character (NFKD), digits of every script, upper and lower case
(also ß, ı, İ, ſ), letters with and without accents or optional vowel points, and letters of other
scripts that look like Latin ones. Separators, signs and invisible characters are removed; emoji
(😀) stay. It never decides anything alone. O and 0, l and 1 stay different.
"""

import unicodedata

SEPARATORS = {"Cc", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "Zl", "Zp", "Zs"}
# Invisible without being of category Cf: Unicode's Default_Ignorable_Code_Point, Braille's blank.
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0" + "".join(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
)
# Accents, and the optional points of Hebrew and Arabic. Those of Indic scripts and Thai are vowels,
# so they stay.
OPTIONAL_MARKS = [
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
]
# Latin letters that Unicode doesn't decompose, and Arabic letters that keyboards mix up.
LETTERS = {
    **dict(zip("øđðłħŧŋĸı", "oddlhtnki", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    **dict(zip("\u064a\u0649\u0643\u0647\u06d5", "\u06cc\u06cc\u06a9\u06c1\u06c1", strict=True)),
    **dict.fromkeys("\u0640\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf", ""),
}
# Look like a Latin letter, small or capital: from Unicode's confusables (UTS #39), only the cased
# scripts and Lisu. The whole "skeleton" would also equate m and rn, 0 and O, l and 1.
LOOK_ALIKES = {
    like: letter
    for letter, alike in {
        "a": "аαɑᴀꭺꓮ",
        "b": "вβʙᏼꓐ",
        "c": "сϲᴄꮯꓚ",
        "d": "ԁᴅꭰꓓ",
        "e": "еεᴇꭼꓰ",
        "f": "ꓝ",
        "g": "ɡɢցꮐꓖ",
        "h": "һнηʜհꮋꮒꓧ",
        "i": "іιɩɪӏꭵꓲ",
        "j": "јϳᴊյꭻꓙ",
        "k": "кκᴋꮶꓗ",
        "l": "ʟꮮꓡ",
        "m": "мμᴍꮇꓟ",
        "n": "νɴոꓠ",
        "o": "оοᴏօꓳ",
        "p": "рρᴘꮲꓑ",
        "q": "ԛ",
        "r": "ʀꭱꮢꓣ",
        "s": "ѕꜱꮪꮥꓢ",
        "t": "тτᴛꭲꓔ",
        "u": "սᴜꓴ",
        "v": "ѵᴠꮩꓦ",
        "w": "ԝᴡꮃꓪ",
        "x": "хχꓫ",
        "y": "уυʏꓬ",
        "z": "ζᴢꮓꓜ",
    }.items()
    for like in alike.casefold()
}


def normal_words(text: str) -> str:
    """Return the normal form of each word of a text, with single spaces between them."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_FORMS)
    return unicodedata.normalize("NFC", " ".join(decomposed.split()))


def normal_form(text: str) -> str:
    """Return the same form for all ways to type a text: no spaces, separators or signs."""
    return normal_words(text).replace(" ", "")


def without_invisible(text: str) -> str:
    """Remove invisible characters (Unicode's Cf and similar); turn each blank into a space."""
    kept = (
        " " if unicodedata.category(character) == "Zs" else character
        for character in text
        if unicodedata.category(character) != "Cf" and character not in INVISIBLE
    )
    return "".join(kept).strip()


class _Forms(dict[int, str]):
    """The form of each character, computed on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = form = _form_of(chr(code))
        return form


def _form_of(character: str) -> str:
    category = unicodedata.category(character)
    if category in SEPARATORS:
        return "" if character in LETTERS else " "
    if category == "Cf" or character in INVISIBLE or _is_optional(character, category):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    folded = (LETTERS.get(letter, letter) for letter in character.casefold())
    return "".join(LOOK_ALIKES.get(letter, letter) for letter in folded)


def _is_optional(character: str, category: str) -> bool:
    is_mark = category in {"Mn", "Me"}
    return is_mark and any(first <= ord(character) <= last for first, last in OPTIONAL_MARKS)


_FORMS = _Forms()
# The ranges whose characters may have another form when decomposed (NFKD): all except ideographs,
# Hangul syllables, and private or unassigned characters.
CHANGING = [*range(0x80, 0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x20000)]


def normal_words_in_sql() -> str:
    """Return the definition of the same function in PostgreSQL, generated from this one.

    A change of the form needs a migration that redefines the function and refills the stored
    values: ``billing_payment.reference_key`` and ``billing_paymentsearch.text``.
    """
    forms = {code: _FORMS[code] for code in [*range(1, 0x80), *CHANGING, *range(0xE0000, 0xE0200)]}
    changed = {chr(code): form for code, form in forms.items() if form != chr(code)}
    apart = {
        character: form
        for character, form in changed.items()
        if unicodedata.normalize("NFKD", character) == character
    }
    one = sorted((form, character) for character, form in apart.items() if len(form) == 1)
    none = "".join(character for character, form in apart.items() if not form)
    expression = "normalize(typed, NFKD)"
    for character, form in apart.items():
        if len(form) > 1:
            expression = f"replace({expression}, '{character}', '{form}')"
    source = "".join(character for _, character in one) + none
    target = "".join(form for form, _ in one)
    return f"""
CREATE OR REPLACE FUNCTION normal_words(typed text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 500 AS $function$
SELECT CASE WHEN octet_length(typed) = length(typed)
    THEN btrim(regexp_replace(lower(typed COLLATE "C"), '[^a-z0-9]+', ' ', 'g'))
    ELSE normalize(btrim(regexp_replace(
        translate({expression}, $from${source}$from$, $to${target}$to$), ' +', ' ', 'g')), NFC)
END
$function$;
"""
