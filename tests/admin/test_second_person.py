"""Buttons follow the service: whom it refuses for being the maker, or the person concerned, is not offered the step."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.utils import timezone

from common.admin.steps import Step
from common.errors import DomainError
from parties.access import SamePerson
from parties.models import RightsChange
from parties.selectors import operator
from parties.services.rights import ConcernsOneself, confirm_change, refuse_change, withdraw_change
from tests.factories import InstitutionFactory, MemberFactory

ROOT = Path(__file__).parents[2]
# Every function that asks who made what is checked, and the buttons that lead to it: case, step, field of the maker.
CHECKS: dict[tuple[str, str], tuple[tuple[str, str, str], ...]] = {
    ("loans/services/movements/batch.py", "require_checked"): (
        ("loans.proposal", "confirm", "made_by"),
        ("loans.proposal", "refuse", "made_by"),
    ),
    ("parties/services/corrections.py", "_require_second"): (
        ("parties.correction", "confirm", "made_by"),
        ("parties.correction", "refuse", "made_by"),
    ),
    ("policy/services/notice_proposals.py", "_locked"): (
        ("policy.noticeproposal", "confirm", "made_by"),
        ("policy.noticeproposal", "refuse", "made_by"),
    ),
    ("policy/services/notices.py", "put_in_force"): (("policy.noticeproposal", "confirm", "made_by"),),
    ("subsidy/models/payments.py", "check_off"): (("subsidy.payment", "check", "made_by"),),
    ("subsidy/services/openings.py", "confirm_opening"): (("subsidy.tender", "confirm-opening", "opening_proposed_by"),),
    ("subsidy/services/paper_bids.py", "check_paper_bid"): (("subsidy.paperbid", "check", "made_by"),),
    ("subsidy/services/sealed_bids.py", "check_bid"): (("subsidy.sealedbid", "check", "made_by"),),
    ("reporting/response_rates/services/years.py", "lock_year"): (("reporting.responseyear", "lock", "published_by"),),
    ("reporting/response_rates/services/objections.py", "confirm_answer"): (("reporting.rateobjection", "confirm", "proposed_by"),),
    ("reporting/response_rates/services/objections.py", "send_back_answer"): (("reporting.rateobjection", "send-back", "proposed_by"),),
    ("reporting/assessment/services.py", "confirm_decision"): (("reporting.participationdecision", "confirm", "made_by"),),
    ("reporting/assessment/services.py", "send_back_decision"): (("reporting.participationdecision", "send-back", "made_by"),),
    ("risk/claims/services/certifying.py", "certify_loss"): (("risk.claim", "certify", "proposed_by"),),
    ("risk/claims/services/payments.py", "release_payment"): (("risk.claim", "release", "payment_proposed_by"),),
    ("risk/fees/services.py", "check_enhancement_fee"): (("risk.enhancementfee", "check", "made_by"),),
    ("risk/fees/services.py", "check_guarantee_fee"): (("risk.guaranteefee", "check", "made_by"),),
    ("risk/fees/services.py", "_given_back"): (
        ("risk.enhancementfee", "send-back", "made_by"),
        ("risk.guaranteefee", "send-back", "made_by"),
    ),
    ("risk/recoveries/services/records.py", "check_recovery"): (("risk.recovery", "check", "made_by"),),
    ("risk/recoveries/services/records.py", "send_back_recovery"): (("risk.recovery", "send-back", "made_by"),),
    ("risk/recoveries/services/returns.py", "check_return"): (("risk.return", "check", "made_by"),),
}
STEPS = sorted({button for buttons in CHECKS.values() for button in buttons})


def who_asks() -> Iterator[tuple[str, str]]:
    """Yield file and function of every call of ``checker_differs``."""
    for config in apps.get_app_configs():
        folder = Path(config.path)
        for path in folder.rglob("*.py") if folder.is_relative_to(ROOT) and ".venv" not in folder.parts else ():
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                calls = ast.walk(node) if isinstance(node, ast.FunctionDef) else ()
                if any(isinstance(call, ast.Call) and getattr(call.func, "id", "") == "checker_differs" for call in calls):
                    yield str(path.relative_to(ROOT)), node.name  # type: ignore[attr-defined]


def step_of(model: str, name: str) -> Step:
    page: Any = admin.site._registry[apps.get_model(model)]
    return next(step for step in page.all_steps if step.name == name)


def test_every_check_by_a_second_person_has_its_buttons_named_here() -> None:
    assert set(who_asks()) - {("parties/access.py", "may_check")} == set(CHECKS)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "name", "field"), STEPS)
def test_a_step_of_a_second_person_is_not_offered_to_the_maker(model: str, name: str, field: str) -> None:
    house = InstitutionFactory()
    maker, other = MemberFactory(institution=house), MemberFactory(institution=house)
    fits = step_of(model, name).fits
    assert fits is not None
    assert (fits(maker, apps.get_model(model)(**{field: maker})), fits(other, apps.get_model(model)(**{field: maker}))) == (False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["roles", "reset", "end"])
def test_nobody_is_offered_to_propose_for_themselves(name: str) -> None:
    head = MemberFactory(admin=True)
    fits = step_of("parties.member", name).fits
    assert fits is not None
    assert not fits(head, head)
    assert fits(head, MemberFactory(institution=head.institution))


@pytest.mark.django_db
@pytest.mark.parametrize("concerned", ["nobody", "the proposer", "the colleague", "the keeper"])
def test_changes_of_rights_are_offered_as_the_service_answers(concerned: str) -> None:
    house = InstitutionFactory()
    people = {
        "the proposer": MemberFactory(institution=house, admin=True),
        "the colleague": MemberFactory(institution=house, admin=True),
        "the keeper": MemberFactory(institution=operator(), roles=["security"]),
    }
    now = timezone.now()
    change = RightsChange.objects.create(
        kind="member.roles", institution=house, subject="member:1", subject_label="某人", member=people.get(concerned),
        after={"roles": ["handler"]}, made_by=people["the proposer"], made_by_user=people["the proposer"].user, made_at=now,
        ends_at=now + timedelta(days=7),
    )  # fmt: skip
    tried = {"confirm": confirm_change, "refuse": refuse_change, "withdraw": withdraw_change}
    for who, member in people.items():
        for name, service in tried.items():
            step = step_of("parties.rightschange", name)
            if not step.allows(member, change):
                continue
            extra, said = ({"reason": ""} if name == "refuse" else {}), None
            with transaction.atomic():
                try:
                    service(change_id=change.public_id, actor=member, at=now, **extra)
                except DomainError as refusal:
                    said = refusal
                transaction.set_rollback(True)
            refused = isinstance(said, SamePerson | ConcernsOneself)
            assert step.offered(member, change) is not refused, (who, name)
