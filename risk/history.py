"""What the history of classes, claims, recoveries, fees, exemption and breaker tells whom. Plain data; see ``parties.disclosure``."""

from common.transitions import verbs_disclosed
from parties.disclosure import EVERYBODY, History, Party, Told, disclose, disclosed_to
from risk.claims.transitions import CLAIM_STEPS, PARTIES, PAYERS_HOUSE

BANK, COUNTY, GUARANTOR, FUND_MANAGER = Party.BANK, Party.COUNTY, Party.GUARANTOR, Party.FUND_MANAGER
STANDING = ("disbursed", "bad_debt", "recovered", "compensated", "rate")  # a bank's own totals
CLAIM = ("state", "amount", "kind", "payable_on", "paid_on", "ended_on")
RECOVERED = ("amount", "costs", "net", "received_on", "step", "claim")
RETURNED = ("state", "amount", "due_on", "payer", "returned_on", "voucher")
CLASSED = ("grade", "from_on", "overdue_days", "suggested")

SUGGESTION = History(
    case="risk.classificationsuggestion",
    verbs=disclose(
        ("classification.suggested", "classification.suggestion_closed"),
        disclosed_to(BANK, GUARANTOR, FUND_MANAGER, fields=("grade", "overdue_days", "state")),
    ),
)
CLASSIFICATION = History(
    case="risk.classification",
    verbs=disclose(
        "loan.classified", disclosed_to(BANK, FUND_MANAGER, fields=CLASSED, remark=True), disclosed_to(COUNTY, GUARANTOR, fields=CLASSED)
    ),
)
# ``enterprise_rd_total`` is what the enterprise owes at all banks; it fixes the tier and is told to no party.
BAD_DEBT = History(
    case="risk.baddebt",
    verbs=disclose(
        "bad_debt.recognised",
        disclosed_to(BANK, FUND_MANAGER, fields=("principal", "recognised_on"), remark=True),
        disclosed_to(COUNTY, GUARANTOR, fields=("principal", "recognised_on")),
    ),
)
# The figures under which a claim was held back are the bank's totals: guarantor and county read that it waits, not why.
CLAIM_HISTORY = History(
    case="risk.claim",
    verbs=(
        *disclose(
            ("claim.opened", *verbs_disclosed(CLAIM_STEPS, PARTIES)),
            disclosed_to(BANK, GUARANTOR, FUND_MANAGER, fields=(*CLAIM, "parts", "paid", "left"), remark=True),
            disclosed_to(COUNTY, fields=CLAIM),
        ),
        # Why a checker gave a payment back stays in the house of the one who pays.
        *disclose(
            verbs_disclosed(CLAIM_STEPS, PAYERS_HOUSE),
            disclosed_to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, fields=CLAIM),
            disclosed_to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, remark=True, own_acts=True),
        ),
        *disclose(
            "claim.held_back",
            disclosed_to(BANK, FUND_MANAGER, fields=(*CLAIM, "breaker", "cap_left", *STANDING)),
            disclosed_to(COUNTY, GUARANTOR, fields=CLAIM),
        ),
    ),
)
RECOVERY = History(
    case="risk.recovery",
    verbs=(
        *disclose(
            ("recovery.recorded", "recovery.checked"),
            disclosed_to(BANK, FUND_MANAGER, fields=(*RECOVERED, "bank_reference"), remark=True),
            disclosed_to(COUNTY, GUARANTOR, fields=RECOVERED),
        ),
        *disclose("recovery.sent_back", disclosed_to(BANK, FUND_MANAGER, remark=True)),
    ),
)
RETURN = History(
    case="risk.return",
    verbs=(
        *disclose(
            ("return.due", "return.recorded", "return.checked"),
            disclosed_to(BANK, FUND_MANAGER, fields=RETURNED, remark=True),
            disclosed_to(COUNTY, GUARANTOR, fields=RETURNED),
        ),
        *disclose("return.sent_back", disclosed_to(BANK, FUND_MANAGER, fields=RETURNED, remark=True)),
    ),
)
CHANGE = History(
    case="risk.breakerchange",
    verbs=disclose("breaker.changed", disclosed_to(BANK, FUND_MANAGER, fields=("state", "cause", "cap_left", *STANDING))),
)
REAPPLICATION = History(
    case="risk.reapplication",
    verbs=disclose("compensation.reapplied", disclosed_to(BANK, FUND_MANAGER, fields=("cap_left", *STANDING), remark=True)),
)
FEE_RATE = History(
    case="risk.enhancementfeerate", verbs=disclose("enhancement_fee_rate.set", Told(to=EVERYBODY, fields=("rate", "from_on")))
)
ENHANCEMENT_FEE = History(
    case="risk.enhancementfee",
    verbs=(
        *disclose(
            ("enhancement_fee.recorded", "enhancement_fee.checked"),
            disclosed_to(BANK, FUND_MANAGER, fields=("amount", "from_on", "until_on", "voucher")),
        ),
        *disclose("enhancement_fee.sent_back", disclosed_to(FUND_MANAGER, remark=True), disclosed_to(BANK)),
    ),
)
GUARANTEE_FEE = History(
    case="risk.guaranteefee",
    verbs=(
        *disclose(
            ("guarantee_fee.recorded", "guarantee_fee.checked"), disclosed_to(BANK, GUARANTOR, fields=("amount", "charged_on", "voucher"))
        ),
        *disclose("guarantee_fee.sent_back", disclosed_to(GUARANTOR, remark=True), disclosed_to(BANK)),
    ),
)
EXEMPTION = History(
    case="risk.exemption",
    verbs=disclose(
        ("exemption.opened", "exemption.item_answered", "exemption.concluded", "exemption.found"),
        disclosed_to(BANK, GUARANTOR, FUND_MANAGER, fields=("state", "is_diligent", "is_exempt", "code", "is_fulfilled"), remark=True),
    ),
)
PACK = History(
    case="risk.evidencepack", verbs=disclose("evidence_pack.built", disclosed_to(BANK, GUARANTOR, FUND_MANAGER, fields=("sha256", "size")))
)
RULES = History(
    case="risk.diligencerules",
    verbs=disclose("diligence_rules.recorded", disclosed_to(BANK, GUARANTOR, FUND_MANAGER, fields=("name", "effective_on"))),
)

HISTORIES = (
    SUGGESTION, CLASSIFICATION, BAD_DEBT, CLAIM_HISTORY, RECOVERY, RETURN, CHANGE, REAPPLICATION, FEE_RATE, ENHANCEMENT_FEE, GUARANTEE_FEE,
    EXEMPTION, PACK, RULES,
)  # fmt: skip
