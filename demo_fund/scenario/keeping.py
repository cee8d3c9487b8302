"""Changes of rights that wait for the security administrator on the demo's last day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from demo_fund.keepers import administrators
from demo_fund.player import Step
from demo_fund.stage import Stage
from parties.enums import Role
from parties.services.members import propose_login

PROPOSING = 140
BY_COUNTY, BY_CITY = "350582", "city_industry"  # whose person the system administrator proposes; who proposes a colleague itself


def keeping_steps(stage: Stage) -> Iterator[Step]:
    """Yield the two proposals; a proposal lapses after a week, so they come last."""
    yield Step(stage.until, PROPOSING, partial(_propose_for_a_county, stage), is_plain=True)
    yield Step(stage.until, PROPOSING + 1, partial(_propose_a_colleague, stage), is_plain=True)


def _propose_for_a_county(stage: Stage, at: datetime) -> None:
    propose_login(
        house=stage.cast.of_kind("county_industry", BY_COUNTY),
        username="jinjiang3",
        display_name="柯雪梅",
        phone="19600000001",
        roles=(Role.HANDLER,),
        from_on=at.date() + timedelta(days=1),
        reason="原经办人员轮岗，增加一名经办。",
        actor=administrators(at=at)[Role.SYSTEM],
        at=at,
    )


def _propose_a_colleague(stage: Stage, at: datetime) -> None:
    propose_login(
        house=stage.cast.of_kind(BY_CITY),
        username="gongxin3",
        display_name="傅永清",
        phone="19600000002",
        roles=(Role.VIEWER,),
        from_on=at.date() + timedelta(days=1),
        reason="新到岗，先行查阅。",
        actor=stage.bureau_checker(BY_CITY),
        at=at,
    )
