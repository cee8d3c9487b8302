"""The checklist of due diligence, drawn from the plan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist: what is asked, and the clauses it rests on."""

    code: str
    wording: str
    clause: str


# Source: FP 1.7, each line with the clause whose keeping it asks about.
CHECKLIST = (
    ChecklistLine("listed", "企业或项目在申请时列入有效“白名单”", "FP 1.1.3"),
    ChecklistLine("reviewed", "按本行制度完成风险审查，批复期限和程序符合要求", "FP 1.6.3"),
    ChecklistLine("within_caps", "批复和放款未超过项目或企业额度", "FP 1.2.1, FP 1.2.2"),
    ChecklistLine("rate_and_term", "企业支付利率和融资期限符合方案规定", "FP 1.4.1"),
    ChecklistLine("cover", "应办理的担保或增信手续在首次放款前办妥", "FP 1.5.2(1), FP 1.5.2(2)"),
    ChecklistLine("use_of_funds", "放款后跟踪检查资金用途，发现问题及时处置", "FP 1.6.3"),
    ChecklistLine("no_stacking", "未与不得叠加的政策重复支持", "FP 3.1, FP 3.2"),
    ChecklistLine("classified", "逾期后按规定及时调整风险分类", "FP 1.5.3"),
    ChecklistLine("pursued", "及时催收和追偿，追回款项按规定退回", "FP 1.5.1, FP 1.5.2(2)"),
    ChecklistLine("no_fault", "未发现重大过错或故意", "FP 1.7"),
)


def checklist() -> tuple[ChecklistLine, ...]:
    """Return the lines that a question of exemption has to answer. Source: FP 1.7."""
    return CHECKLIST


def clauses_of_checklist() -> tuple[str, ...]:
    """Return every clause the checklist rests on, each once. Source: FP 1.7."""
    return tuple(dict.fromkeys(clause for line in CHECKLIST for clause in line.clause.split(", ")))
