"""The steps of an imported list: from where, where to, whose. See ``common.transitions``. Source: FP 1.6.1(2)."""

from django.db import models

from common.transitions import Signer, Transition, by_name
from whitelist.enums import ImportState as State


class ImportParty(models.TextChoices):
    """A party to an imported list."""

    JOB = "job", "后台任务"
    IMPORTER = "importer", "导入该名单的部门(税务名单为市科技局，其他扶持名单为市科技局或市工信局)"


IMPORTER = (ImportParty.IMPORTER.value,)

IMPORT_STEPS = (
    Transition(
        name="finish_check",
        label="核对名单",
        sources=(State.RECEIVED,),
        target=State.CHECKED,
        who=(ImportParty.JOB.value,),
        clause="FP 1.6.1(2)",
        verb="import.checked",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="give_up",
        label="名单无法读取",
        sources=(State.RECEIVED,),
        target=State.UNREADABLE,
        who=(ImportParty.JOB.value,),
        clause="FP 1.6.1(2)",
        verb="import.unreadable",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="commit",
        label="确认入库",
        sources=(State.CHECKED,),
        target=State.COMMITTED,
        who=IMPORTER,
        clause="FP 1.6.1(2)",
        verb="import.committed",
        sentence="核对无误的行入库，有误的行不入库；同一文件再次导入不产生变化。",
        tone="main",
    ),
    Transition(
        name="discard",
        label="作废",
        sources=(State.CHECKED, State.UNREADABLE),
        target=State.DISCARDED,
        who=IMPORTER,
        clause="FP 1.6.1(2)",
        verb="import.discarded",
        tone="danger",
    ),
)
IMPORT_STEP = by_name(IMPORT_STEPS)
