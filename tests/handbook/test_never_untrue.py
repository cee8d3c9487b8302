"""What a handbook says is so: its words stand in the product, every step has its paragraph and every paragraph its step."""

import re
from datetime import date
from itertools import chain
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import Resolver404, resolve

from common.admin.extension_points import EXTENSION_POINTS
from handbook.pages import page_of
from handbook.rendering import PICTURES, WORD, step_anchor
from handbook.sources import FOLDER, STEP, STEPS, Handbook, handbooks
from policy.selectors.versions import version_on
from policy.terms.describe import parameters
from quanzhou_fund.settings import BASE_DIR
from quanzhou_fund.state_diagrams import DIAGRAMS
from tests.handbook.houses import HOUSES
from tests.handbook.product_words import product_words

TODAY = date(2025, 3, 3)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OTHER_PAGES = (
    "page-public-check",
    "page-public-whitelist",
    "page-public-notices",
    "page-public-working-days",
    "page-public-contacts",
    "page-portal-login",
    "page-portal-loans",
    "page-portal-standing",
    "page-portal-application",
    "page-portal-loan",
    "page-portal-subsidy",
    "page-account-home",
    "page-admin-index",
    "page-admin-login",
    "page-admin-calculators",
)

WITHOUT_A_DOOR = {("融资申请", "撤回申请")}  # the enterprise's own step, which the portal does not offer yet


def by_slug() -> dict[str, Handbook]:
    return {one.slug: one for one in handbooks()}


def steps_in(handbook: Handbook) -> set[tuple[str, str]]:
    """Return the steps a handbook explains, as (case, step)."""
    heads = [head[0] for line in handbook.text.splitlines() if line.startswith("- ") and (head := STEPS.match(line[2:]))]
    return {(case, label) for head in heads for label, case in STEP.findall(head)}


def steps_on_screen() -> set[tuple[str, str]]:
    """Return every button of the admin, as (case, step)."""
    pages = admin.site._registry
    own = {
        (str(model._meta.verbose_name), step.label)
        for model, page in pages.items()
        for kind in ("steps", "new_steps", "bulk_steps")
        for step in getattr(page, kind, ()) or ()
    }
    lent = {(str(_model(label)._meta.verbose_name), step.label) for label, steps in EXTENSION_POINTS.steps.items() for step in steps}
    return own | lent


def _model(label: Any) -> Any:
    return apps.get_model(label) if isinstance(label, str) else label


@pytest.mark.parametrize("handbook", handbooks(), ids=lambda one: one.slug)
def test_every_word_in_corner_brackets_stands_in_the_product(handbook: Handbook) -> None:
    words = set(WORD.findall(handbook.text))
    spelled = {label for _, label in steps_on_screen()}  # some labels are put together
    assert words - product_words() - spelled == set()


@pytest.mark.django_db
@pytest.mark.parametrize("handbook", handbooks(), ids=lambda one: one.slug)
def test_every_value_and_clause_exists_and_none_is_typed(handbook: Handbook) -> None:
    page = page_of(handbook, today=TODAY)
    assert "{{" not in page.html
    assert "[[" not in page.html
    shown = {line.shown for line in parameters(version_on(TODAY).terms)}
    numbers = {value for value in shown if re.search(r"\d", value) and re.search(r"[^\d]", value)}
    typed = {value for value in numbers if re.search(rf"(?<![\d.,]){re.escape(value)}", handbook.text)}
    assert typed == set()


def test_every_step_of_every_case_has_its_paragraph_in_the_handbook_of_whoever_takes_it() -> None:
    books = {slug: steps_in(book) for slug, book in by_slug().items()}
    missing = [
        (slug, case, row.label)
        for diagram in DIAGRAMS
        for case in [str(apps.get_model(diagram.model)._meta.verbose_name)]
        for row in diagram.table
        if row.is_taken
        for slug in chain.from_iterable(HOUSES[diagram.name, party] for party in row.who)
        if (case, row.label) not in books[slug]
    ]
    assert missing == []


def test_every_button_has_a_paragraph_and_every_paragraph_a_button() -> None:
    told = set().union(*(steps_in(book) for book in handbooks()))
    shown = steps_on_screen()
    of_tables = {(str(apps.get_model(one.model)._meta.verbose_name), row.label) for one in DIAGRAMS for row in one.table if row.is_taken}
    assert sorted(shown - told - WITHOUT_A_DOOR) == []
    assert sorted((case, label) for case, label in told - shown - of_tables) == []


def test_every_page_is_explained() -> None:
    anchors = set().union(*(re.findall(r"^\{#(page-[\w-]+)\}$", one.text, re.MULTILINE) for one in handbooks()))
    pages = {f"page-{model._meta.app_label}-{model._meta.model_name}" for model in admin.site._registry}
    assert sorted((pages | set(OTHER_PAGES)) - anchors) == []
    assert sorted(anchors - pages - set(OTHER_PAGES) - {"page-risk-claim_queue"}) == []


@pytest.mark.django_db
@pytest.mark.parametrize("handbook", handbooks(), ids=lambda one: one.slug)
def test_every_link_leads_somewhere(handbook: Handbook) -> None:
    page = page_of(handbook, today=TODAY)
    for target in LINK.findall(handbook.text):
        path, _, anchor = target.partition("#")
        if path.startswith(PICTURES):
            picture = BASE_DIR / "static" / "handbook" / path
            assert picture.stat().st_size <= 300_000, target
            assert f'src="/static/handbook/{path}"' in page.html
        elif not path:
            assert anchor in page.anchors, target
        elif path.startswith("/"):
            try:
                resolve(path)
            except Resolver404:
                pytest.fail(f"{handbook.slug}: {target} leads nowhere")
        else:
            assert (FOLDER / path).resolve().exists(), target


@pytest.mark.django_db
@pytest.mark.parametrize("handbook", handbooks(), ids=lambda one: one.slug)
def test_every_step_has_an_address(handbook: Handbook) -> None:
    page = page_of(handbook, today=TODAY)
    named = {step_anchor(case, label) for case, label in steps_in(handbook)}
    assert named <= page.anchors
    assert all(f'id="{name}"' in page.html for name in named)
