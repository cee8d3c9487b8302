"""No English word of the libraries reaches a screen: every string of theirs that we show has Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import axes
import pytest
import unfold
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import gettext, ngettext, override
from django.utils.translation.template import templatize

CATALOGUE = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
NOT_INSTALLED = (
    "contrib/constance",
    "contrib/guardian",
    "contrib/import_export",
    "contrib/simple_history",
    "contrib/forms",
    "unfold_crispy",
)
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
SAME_IN_CHINESE = {"%(class_name)s %(instance)s"}
QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
IN_TEMPLATE = re.compile(rf"\b(n?gettext|_)\(\s*u?({QUOTED})(?:\s*,\s*u?({QUOTED}))?", re.DOTALL)


def calls(path: Path) -> Iterator[tuple[str, str | None]]:
    """Yield each translated string of a file, with its plural."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        for name, single, other in IN_TEMPLATE.findall(templatize(text)):
            yield ast.literal_eval(single), ast.literal_eval(other) if other and name == "ngettext" else None
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            words = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if words:
                yield words[0], words[1] if len(words) > 1 and node.func.id.startswith("n") else None


def strings(package: object) -> set[tuple[str, str | None]]:
    folder = Path(package.__file__).parent  # type: ignore[attr-defined]
    files = (path for kind in ("*.html", "*.py") for path in folder.rglob(kind))
    return {found for path in files if not any(part in str(path) for part in NOT_INSTALLED) for found in calls(path)}


@pytest.mark.parametrize("package", [unfold, axes], ids=lambda package: package.__name__)
def test_every_string_of_a_library_has_chinese(package: object) -> None:
    found = strings(package) - {(word, None) for word in SAME_IN_CHINESE}
    assert len(found) > 20
    with override("zh-hans"):
        english = {
            single for single, other in found if (ngettext(single, other, 2) in {single, other} if other else gettext(single) == single)
        }
    assert english == set()


def test_the_compiled_catalogue_is_current(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    with CATALOGUE.open("rb") as text, compiled.open("wb") as target:
        write_mo(target, read_po(text, locale="zh_Hans"))
    assert compiled.read_bytes() == CATALOGUE.with_suffix(".mo").read_bytes()
