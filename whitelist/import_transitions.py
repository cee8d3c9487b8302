"""The steps of an imported list: from where, where to, whose. See ``common.transitions``. Source: FP 1.6.1(2)."""

from django.db import models

from common.transitions import AnswerKind, Question, Signer, Transition, by_name
from tables.units import UNITS
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
        name="ask_reading",
        label="请求确认读法",
        sources=(State.RECEIVED,),
        target=State.ASKED,
        who=(ImportParty.JOB.value,),
        clause="FP 1.6.1(2)",
        verb="import.reading_asked",
        signer=Signer.NOBODY,
    ),
    Transition(
        name="confirm_reading",
        label="确认读法",
        sources=(State.ASKED,),
        target=State.RECEIVED,
        who=IMPORTER,
        clause="FP 1.6.1(2)",
        verb="import.reading_confirmed",
        asks=(
            Question(
                name="unit",
                label="金额单位",
                kind=AnswerKind.CHOICE,
                required=False,
                choices=tuple((unit, unit) for unit in UNITS),
                hint="研发费用在文件中以何为单位；与上表不一致的，不能确认。",
            ),
            Question(
                name="control_total",
                label="研发费用合计（换算为元后）",
                kind=AnswerKind.MONEY,
                required=False,
                hint="请按报送单位的函件或纸质件填写，单位：元；与上表不一致的，不能确认。",
            ),
        ),
        sentence="确认前不保存任何数据行。确认后按所列工作表和单位读取并逐行核对。",
        done="读法已确认，正在后台逐行核对，请稍后刷新本页。",
        tone="main",
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
        asks=(
            Question(
                name="notes_checked",
                label="已与营业执照核对下列统一社会信用代码",
                kind=AnswerKind.YES_NO,
                required=False,
                hint="第17位与主体标识码不符的代码可能是旧码，也可能录入有误。",
            ),
        ),
        sentence="核对无误的行入库，有误的行不入库；同一文件再次导入不产生变化。",
        tone="main",
    ),
    Transition(
        name="discard",
        label="作废",
        sources=(State.CHECKED, State.ASKED, State.UNREADABLE),
        target=State.DISCARDED,
        who=IMPORTER,
        clause="FP 1.6.1(2)",
        verb="import.discarded",
        tone="danger",
    ),
)
IMPORT_STEP = by_name(IMPORT_STEPS)
