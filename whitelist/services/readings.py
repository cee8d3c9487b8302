"""How a list is read, where a person has to say so: several sheets, or another unit than yuan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.services import record
from common.errors import DomainError, FieldProblem
from parties.models import Member
from whitelist.models import ImportFile
from whitelist.services.intake import locked_list

CONTROL = "研发费用"  # the column whose sum is confirmed: the one that money hangs on


class ReadingDiffers(DomainError):
    """What the person says of unit and sum is not what the file comes to."""

    code = "reading_differs"
    sentence = "填写的单位或合计与文件不一致，未确认；请核对文件，有误的请作废后改正文件重新上传。"
    status = 400


class ReadingChanged(DomainError):
    """The file is read in another way than when it was confirmed."""

    code = "reading_changed"
    sentence = "文件“{filename}”的读法在确认后发生变化，未保存任何数据行，请作废后重新上传。"


@dataclass(frozen=True, slots=True)
class Control:
    """What a person has to confirm of a list with amounts."""

    label: str
    unit: str
    yuan: Decimal


def control_of(reading: Mapping[str, Any]) -> Control | None:
    """Return unit and sum over all sheets of the column that is confirmed, ``None`` for a list without it."""
    amounts = [one for sheet in reading.get("sheets", ()) for one in sheet["amounts"] if one["label"] == CONTROL]
    if not amounts:
        return None
    return Control(CONTROL, amounts[0]["unit"], sum((Decimal(one["yuan"]) for one in amounts), Decimal(0)))


@transaction.atomic
def confirm_reading(
    *,
    import_id: UUID,
    actor: Member,
    at: datetime,
    work: Callable[[int], object],
    unit: str = "",
    control_total: Decimal | None = None,
) -> ImportFile:
    """
    Confirm how a list with several sheets or in another unit is read; a job reads it then. Nothing of it is stored before.

    The unit of the column that matters, and its sum in yuan, are said anew by the person, and must be what the file comes to.

    Raises:
        NotVisible, RoleMissing.
        TransitionNotAllowed: it does not wait for that.
        ReadingDiffers: the unit or the sum is another.

    Source: FP 1.6.1(2).
    """
    file = locked_list(import_id, actor=actor)
    control = control_of(file.reading or {})
    if control is not None:
        problems = []
        if unit != control.unit:
            problems.append(FieldProblem("unit", "reading_differs", f"文件中{control.label}的单位读为“{control.unit}”，请核对。"))
        if control_total != control.yuan:
            problems.append(FieldProblem("control_total", "reading_differs", "与文件换算后的合计不符，请核对单位、缺行和有误的行。"))
        if problems:
            raise ReadingDiffers(errors=problems)
    file.confirm_reading(by=actor, at=at)
    file.save()
    after = {"reading": file.reading, "unit": unit, "control_total": str(control_total or "")}
    record(verb="import.reading_confirmed", obj=file, actor=actor, occurred_at=at, after=after)
    transaction.on_commit(lambda: work(file.pk))
    return file
