"""
From a handbook's text to what is read: values of the plan filled in, clauses in words, headings and steps with addresses, sanitised.

Three marks beside Markdown: ``{{ clock.approval_working_days }}`` is a parameter of the policy version, ``[[FP 1.6.3]]`` a clause or
decision, ``「受理」`` a word that stands on a page of the product.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import nh3
from django.templatetags.static import static
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_block_plugin

from handbook.sources import STEP, STEPS

PICTURES = "pictures/"
COMMENT = re.compile(r"^<!--.*?-->$", re.MULTILINE)  # for tests that run a page
VALUE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
CITED = re.compile(r"\[\[([^\[\]]+)\]\]")
WORD = re.compile(r"「([^」]+)」")
_HEADINGS, _BLOCKS = {"h1", "h2", "h3", "h4"}, {"p", "ul", "ol", "li", "pre", "blockquote", "hr"}
_TABLES, _WORDS = {"table", "thead", "tbody", "tr", "th", "td"}, {"strong", "em", "code", "a", "b", "br", "img", "span"}
_TAGS = _HEADINGS | _BLOCKS | _TABLES | _WORDS
_ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href"},
    "img": {"src", "alt", "loading"},
    "span": {"title"},
    "th": {"style"},
    "td": {"style"},
    "ol": {"start"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One piece under a heading or of a step: where it is, under which headings, and its words; what search finds."""

    anchor: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """One line of the table of contents."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A handbook as it is shown."""

    html: str
    contents: tuple[Contents, ...]
    passages: tuple[Passage, ...]
    anchors: frozenset[str]


def render(text: str) -> Page:
    """Return a text without placeholders as a page."""
    parser = _parser()
    tokens = parser.parse(COMMENT.sub("", text))
    anchors = _address(tokens)
    html = nh3.clean(parser.renderer.render(tokens, parser.options, {}), tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None)
    return Page(html=_marked(html), contents=tuple(_contents(tokens)), passages=tuple(_passages(tokens)), anchors=frozenset(anchors))


def step_anchor(case: str, label: str) -> str:
    """Return the address of a step's paragraph on its page."""
    return f"step-{case}-{label}"


def is_of_step(anchor: str, label: str) -> bool:
    """Return whether an address is that of a step with this name, of whichever case."""
    return anchor.startswith("step-") and anchor.endswith(f"-{label}")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").use(attrs_block_plugin)


def _marked(html: str) -> str:
    """Return the page with the product's words set off from the sentence."""
    return WORD.sub(r'「<b class="word">\1</b>」', html)


def _address(tokens: Sequence[Token]) -> set[str]:
    """Give every heading and every step of a list an address, and return them; headings name themselves unless the writer names them."""
    taken: set[str] = set()
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and not token.attrs.get("id"):
            token.attrs["id"] = _free(tokens[at + 1].content.replace(" ", "-"), taken)
        if token.type == "inline":
            _place_pictures(token.children or [])
        if token.type == "list_item_open":
            taken |= _address_steps(token, tokens[at + 1 : at + 3])
        taken.add(str(token.attrs.get("id", "")))
    return taken - {""}


def _place_pictures(words: Sequence[Token]) -> None:
    """Let pictures, written as ``pictures/loan.png``, be fetched from where the product keeps them, when they come into view."""
    for word in words:
        source = str(word.attrs.get("src", ""))
        if word.type == "image" and source.startswith(PICTURES):
            word.attrs |= {"src": static(f"handbook/{source}"), "loading": "lazy"}


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _address_steps(item: Token, inside: Sequence[Token]) -> set[str]:
    """Give a list item the address of the step it begins with; of several steps explained together, each gets one."""
    first = next((token for token in inside if token.type == "inline"), None)
    head = STEPS.match(first.content) if first else None
    if first is None or head is None:
        return set()
    names = [step_anchor(case, label) for label, case in STEP.findall(head[0])]
    item.attrs["id"] = names[0]
    further = [Token("html_inline", "", 0, content=f'<span id="{escape(name)}"></span>') for name in names[1:]]
    first.children = [*further, *(first.children or [])]
    return set(names)


def _contents(tokens: Sequence[Token]) -> Iterator[Contents]:
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            yield Contents(level=int(token.tag[1]), anchor=str(token.attrs["id"]), title=_plain(tokens[at + 1]))


def _passages(tokens: Sequence[Token]) -> Iterator[Passage]:
    """Yield what stands under each heading, and each step by itself."""
    headings: list[str] = []
    anchor = ""
    words: list[str] = []
    for at, token in enumerate(tokens):
        opens = token.type == "heading_open" or (token.type == "list_item_open" and token.attrs.get("id"))
        if opens:
            if words:
                yield Passage(anchor=anchor, headings=tuple(headings), text=" ".join(words))
            anchor, words = str(token.attrs["id"]), []
            if token.type == "heading_open":
                headings = [*headings[: int(token.tag[1]) - 1], _plain(tokens[at + 1])]
        if token.type in ("inline", "fence", "code_block"):
            words.append(_plain(token))
    if words:
        yield Passage(anchor=anchor, headings=tuple(headings), text=" ".join(words))


def _plain(token: Token) -> str:
    """Return the words of a token without its marks."""
    if not token.children:
        return token.content.strip()
    return "".join(
        child.content if child.type in ("text", "code_inline") else " " if child.type.endswith("break") else "" for child in token.children
    )
