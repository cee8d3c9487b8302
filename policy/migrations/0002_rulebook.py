"""Version 1 of the plan, and the working-day calendar: 2004-2026 as published, 2027-2035 by the statutory rule (暂定)."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import migrations

from policy.working_days import Festivals, statutory_days_off

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def load(name: str) -> Any:
    return json.loads((SEEDS / name).read_text(encoding="utf-8"))


def add_version_1(apps: Any, schema_editor: Any) -> None:
    """Version 1 begins on 1 January 2023 until the fund office enters the day of publication. Source: FP 3.4; D38."""
    apps.get_model("policy", "PolicyVersion").objects.create(
        number=1,
        name="泉州市技术创新基金实施方案",
        document_number="泉财规〔2023〕2号",
        valid_from=date(2023, 1, 1),
        valid_until=date(2026, 1, 1),
        terms=load("version_1.json"),
    )


def days_of(year: dict[str, Any]) -> Iterator[tuple[date, bool, str]]:
    """Yield day, off or not, and the festival's name."""
    for first, last, name in year["off"]:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            yield day, True, name
            day += timedelta(days=1)
    for day_worked in year["makeup_workdays"]:
        yield date.fromisoformat(day_worked), False, ""


def add_calendar(apps: Any, schema_editor: Any) -> None:
    """Source: D6."""
    notices, days = apps.get_model("policy", "CalendarNotice"), apps.get_model("policy", "CalendarDay")
    rows = []
    for year in load("calendar.json")["years"]:
        notice = notices.objects.create(
            year=year["year"],
            document_number=year["document_number"],
            published_on=year["published_on"],
            source_url=year["source_url"],
        )
        rows += [days(notice=notice, on=on, is_off=is_off, name=name) for on, is_off, name in days_of(year)]
    for number, dates in load("festivals.json")["years"].items():
        notice = notices.objects.create(year=int(number), is_provisional=True)
        festivals = Festivals(**{name: date.fromisoformat(day) for name, day in dates.items()})
        off = statutory_days_off(int(number), festivals)
        rows += [days(notice=notice, on=on, is_off=True, name=name) for on, name in off.items()]
    days.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial")]

    operations = [
        migrations.RunPython(add_version_1, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(add_calendar, migrations.RunPython.noop, elidable=False),
    ]
