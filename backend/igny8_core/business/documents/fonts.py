"""The fonts of documents: Noto for every script that names are likely to be typed in.

They come with the Python packages ``manimgx-fonts`` and ``manimgx-fonts-cjk`` (SIL Open Font
License 1.1, files as Noto publishes them), pinned by hash, so that every machine has the same.
"""

import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import uharfbuzz

from igny8_core.common.normal_form import INVISIBLE

PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
HAN_OF_COUNTRY = {"JP": "JP", "KR": "KR", "KP": "KR", "TW": "TC", "HK": "HK", "MO": "HK"}
WITHOUT_GLYPH = {"Cf", "Zs", "Zl", "Zp"}


@cache
def font_folders() -> list[Path]:
    found = (find_spec(package) for package in PACKAGES)
    return [Path(spec.origin).parent for spec in found if spec and spec.origin]


def han_family(country: str) -> str:
    """Return the font that draws Han characters as a country does: 直 and 骨 differ.

    :param country: ISO 3166-1 alpha-2; the default is the style of mainland China.
    """
    return f"Noto Sans CJK {HAN_OF_COUNTRY.get(country, 'SC')}"


def showable(words: Any, *, more_fonts: tuple[Path, ...] = ()) -> Any:
    """Replace characters that no font can draw by ``[U+1E922]``, also inside lists and dicts.

    :param more_fonts: folders of fonts in addition to ``font_folders``.
    """
    if isinstance(words, dict):
        return {key: showable(value, more_fonts=more_fonts) for key, value in words.items()}
    if isinstance(words, list | tuple):
        return [showable(value, more_fonts=more_fonts) for value in words]
    if not isinstance(words, str) or words.isascii():
        return words
    drawn = _drawn(more_fonts)
    return "".join(
        character if ord(character) in drawn or _needs_no_glyph(character) else _code(character)
        for character in words
    )


def _needs_no_glyph(character: str) -> bool:
    is_blank = character.isspace() or unicodedata.category(character) in WITHOUT_GLYPH
    return is_blank or character in INVISIBLE


def _code(character: str) -> str:
    return f"[U+{ord(character):04X}]"


@cache
def _drawn(more_fonts: tuple[Path, ...]) -> frozenset[int]:
    """Return the code points that the fonts have glyphs for; read once, in half a second."""
    files = [file for folder in (*font_folders(), *more_fonts) for file in folder.iterdir()]
    faces = (
        uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
        for file in files
        if file.suffix in {".ttf", ".ttc", ".otf"}
    )
    return frozenset().union(*(face.unicodes for face in faces))
