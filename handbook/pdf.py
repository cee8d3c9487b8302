"""
A handbook on paper: the page as PDF, with the one font of Simplified Chinese that a package carries (Noto Sans SC).

fpdf2 breaks lines at spaces, which Chinese has none of: a zero-width space is put wherever a line may end, never before a full stop or
after an opening bracket, and never inside a number.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from django.contrib.staticfiles import finders
from fpdf import FPDF
from fpdf.fonts import FontFace, TextStyle, TTFFont

FONT, BREAK = "noto", "\u200b"
_OPENING, _CLOSING = "（《“‘「【([", "，。；：、！？）》”’」】)]%.,"
_HAN = "\u2e7f"  # what lies above is Chinese or its punctuation
_PICTURE_WIDTH = 460  # points, of the 470 between the margins
_BLUE, _INK = (36, 82, 130), (20, 38, 61)
_STYLES = {
    "h1": TextStyle(font_style="", font_size_pt=20, t_margin=0, b_margin=0.6, color=_INK),
    "h2": TextStyle(font_style="", font_size_pt=14, t_margin=5, b_margin=0.5, color=_BLUE),
    "h3": TextStyle(font_style="", font_size_pt=12, t_margin=4, b_margin=0.4, color=_INK),
    "p": TextStyle(b_margin=2),
    "li": TextStyle(t_margin=1.2, l_margin=4),
    "code": FontFace(family=FONT),
    "pre": TextStyle(font_family=FONT, t_margin=2, b_margin=2),
    "blockquote": TextStyle(t_margin=2, b_margin=2, l_margin=6),
}


class Sheets(FPDF):
    """A4 with its title above and its number below each sheet but the first."""

    def __init__(self, heading: str) -> None:
        super().__init__(format="A4")
        self.heading = heading
        self.set_margins(22, 20, 22)
        self.set_auto_page_break(True, 20)
        for style in ("", "B", "I", "BI"):
            self.add_font(FONT, style, font_file())
        for face in self.fonts.values():
            if isinstance(face, TTFFont):
                face.cw[ord(BREAK)] = 0  # the font does not have it, and it takes no room

    def header(self) -> None:
        """Print what the sheets are."""
        if self.page_no() > 1:
            self._small(self.heading, "R")
            self.ln(10)

    def footer(self) -> None:
        """Print the number."""
        self.set_y(-15)
        self._small(f"第 {self.page_no()} 页", "C")

    def _small(self, text: str, align: str) -> None:
        self.set_font(FONT, size=9)
        self.set_text_color(77, 92, 112)
        self.cell(0, 6, text, align=align)
        self.set_text_color(0)


def printed(html: str, *, title: str) -> bytes:
    """Return a page of a handbook as PDF."""
    sheets = Sheets(f"泉州市技术创新基金 · {title}")
    sheets.set_title(title)
    sheets.set_lang("zh-CN")
    sheets.add_page()
    sheets.set_font(FONT, size=10.5)
    sheets.write_html(_for_paper(html), font_family=FONT, li_prefix_color=_BLUE, ul_bullet_char="•", tag_styles=_STYLES)
    for face in sheets.fonts.values():
        if isinstance(face, TTFFont):
            face.missing_glyphs = [missing for missing in face.missing_glyphs if missing != ord(BREAK)]
    return bytes(sheets.output())


@lru_cache(maxsize=1)
def font_file() -> Path:
    """
    Return where the font is.

    Raises:
        FileNotFoundError: the package that carries it is not installed.
    """
    spec = find_spec("zhplot")  # found, not imported: nothing of it is run
    for place in spec.submodule_search_locations or () if spec else ():
        file = Path(place) / "fonts" / "NotoSansSC-Regular.ttf"
        if file.exists():
            return file
    raise FileNotFoundError("NotoSansSC-Regular.ttf")


def _for_paper(html: str) -> str:
    """Return the page as fpdf2 understands it: no space between blocks, cells of plain words, pictures as files, lines that may end."""
    text = re.sub(r"</?(?:span|b)\b[^>]*>|\sid=\"[^\"]*\"|\sstyle=\"[^\"]*\"", "", html)
    text = re.sub(r"<a [^>]*>(.*?)</a>", r"\1", text, flags=re.DOTALL)
    text = re.sub(r"<(td|th)></", r"<\1>—</", text).replace("<table>", '<table border="1" width="100%" cellpadding="1.5">')
    text = re.sub(r"(?<=<td>).*?(?=</td>)|(?<=<th>).*?(?=</th>)", lambda cell: re.sub(r"<[^>]+>", "", cell[0]), text, flags=re.DOTALL)
    text = re.sub(r"<img [^>]*src=\"([^\"]+)\"[^>]*>", _picture, text)
    text = re.sub(r">\s+<", "><", text)
    text = re.sub(r"<(p|ul|ol)>", r'<\1 line-height="1.5">', text)
    return re.sub(r"(?<=>)[^<]+", lambda found: "".join(_breakable(found[0].replace("\n", " "))), text)


def _picture(found: re.Match[str]) -> str:
    """Return the tag with the file in place of its address; nothing where there is no such file."""
    file = finders.find(found[1].partition("/static/")[2])
    return f'<img src="{file}" width="{_PICTURE_WIDTH}">' if file else ""


def _breakable(text: str) -> Iterator[str]:
    for here, after in pairwise(f"{text} "):
        yield here
        chinese = here > _HAN or after > _HAN
        if chinese and here not in _OPENING and after not in _CLOSING and " " not in (here, after):
            yield BREAK
