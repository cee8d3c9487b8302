"""What the history of years and objections tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import History, Party, disclose, disclosed_to

BANK, FUND_MANAGER = Party.BANK, Party.FUND_MANAGER

# A digest over all banks tells nothing of any of them, but stands for the whole and stays with the offices.
YEAR = History(
    case="reporting.responseyear",
    verbs=disclose(
        ("response_year.trust_signed", "response_year.published", "response_year.locked"),
        disclosed_to(BANK, FUND_MANAGER, fields=("state", "year")),
    ),
)
# A drafted answer is 市工信局's own until a second person confirms it.
OBJECTION = History(
    case="reporting.rateobjection",
    verbs=(
        *disclose(("rate_objection.filed", "rate_objection.withdrawn"), disclosed_to(BANK, FUND_MANAGER, fields=("state",), remark=True)),
        *disclose("rate_objection.answered", disclosed_to(BANK, FUND_MANAGER, fields=("state", "verdict", "ruled_as"), remark=True)),
    ),
)

# What is proposed is 市工信局's own; the bank reads what was confirmed.
DECISION = History(
    case="reporting.participationdecision",
    verbs=disclose(
        "participation_decision.confirmed", disclosed_to(BANK, fields=("state", "kind", "effective_on", "document_number"), remark=True)
    ),
)

HISTORIES = (YEAR, OBJECTION, DECISION)
