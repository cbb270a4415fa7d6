"""The parts of the docs that commands write: the text between two markers."""

import re
from pathlib import Path


def write_block(document: Path, name: str, block: str) -> None:
    """Replace the block between ``<!-- name -->`` and ``<!-- /name -->``."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    text = document.read_text("utf-8")
    document.write_text(between.sub(lambda found: found[1] + block + found[2], text), "utf-8")
