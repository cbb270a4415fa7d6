"""What stands in for files and expressions of the desk's theme stands in for these very ones."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
import unfold
from django.contrib.staticfiles import finders

from tests.project.paths import BACKEND

THEIRS = Path(str(unfold.__file__)).parent / "templates"
OURS = BACKEND / "igny8_core/desk/theme/templates"
# The theme's own files as they were when ours were written. Where one has changed: look at what,
# take over what is wanted (README.md of desk/theme), and write its new sum here.
COMPARED = {
    "admin/change_list.html": "5885c39760f6085d",
    "unfold/helpers/change_list_filter.html": "9606a6123fb48b05",
    "unfold/helpers/navigation_header.html": "35139b9d94580be9",
    "unfold/helpers/navigation_user.html": "4c9ba58b3f215326",
    "unfold/helpers/theme_switch.html": "c8e659df65f5aa78",
    "unfold/helpers/welcomemsg.html": "e8eab02522ba2319",
    "unfold/widgets/password_toggle.html": "1a8f6d328b02ee31",
    "unfold/widgets/related_widget_wrapper.html": "4ffda1235520379d",
}
REPLACED = re.compile(
    r'^  \["(?P<what>.+?)", "(?P<attribute>.+?)", "(?P<start>.+?)", ', re.MULTILINE
)


def own_templates() -> dict[str, Path]:
    return {str(path.relative_to(OURS)): path for path in OURS.rglob("*.html")}


def test_every_template_is_compared_with_the_themes() -> None:
    assert set(own_templates()) == set(COMPARED)


@pytest.mark.parametrize("name", COMPARED)
def test_theme_has_the_template_that_ours_was_made_of(name: str) -> None:
    assert sha256((THEIRS / name).read_bytes()).hexdigest()[:16] == COMPARED[name]


def replaced() -> list[tuple[str, str]]:
    """Return the attributes whose expressions ``theme.js`` replaces, and how those start."""
    script = Path(finders.find("desk/theme.js") or "").read_text("utf-8")
    return [(found["attribute"], found["start"]) for found in REPLACED.finditer(script)]


def test_theme_has_the_expressions_that_are_replaced() -> None:
    pages = "\n".join(path.read_text("utf-8") for path in sorted(THEIRS.rglob("*.html")))
    assert len(replaced()) == 6
    for attribute, start in replaced():
        assert re.search(rf'{re.escape(attribute)}="\s*{re.escape(start)}', pages), attribute
