"""What the history of tenders, settlements, payments, objections and reconciliations tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import EVERYBODY, History, Party, Told, tell, to

BANK, COUNTY, FUND_MANAGER = Party.BANK, Party.COUNTY, Party.FUND_MANAGER
SUMS = ("state", "revision", "lines", "adjustments", "city", "county", "sha256")
PAID = ("state", "amount", "paid_on", "voucher")

# What was typed by staff before bids were sealed carries the bank it is of, so each bank is told of its own alone. How many bids were
# opened is told to no bank, and that one was handed in to the bank itself alone.
TENDER = History(
    case="subsidy.tender",
    verbs=(
        *tell("tender.opened", to(BANK, FUND_MANAGER, fields=("planned_volume", "closes_at"))),
        *tell(
            ("tender.bidding_closed", "tender.opening_proposed", "tender.opening_declined", "tender.bids_opened"), to(BANK, FUND_MANAGER)
        ),
        *tell("tender.awarded", to(BANK, FUND_MANAGER, fields=("result", "awarded_on", "closed_on"))),
        *tell("bid.recorded", to(BANK, fields=("rate", "volume"), remark=True)),
    ),
)
SEALED_BID = History(
    case="subsidy.sealedbid",
    verbs=tell(("bid.submitted", "bid.withdrawal_submitted", "bid.checked", "bid.sent_back"), to(BANK, fields=("state", "receipt"))),
)
DECISION = History(
    case="subsidy.ratedecision",
    verbs=tell("rate.decided", Told(to=EVERYBODY, fields=("rate", "effective_on", "document_number"))),
)
# A county reads where a settlement stands, never the sums over all counties, nor why and how often it was computed anew: that may be
# another county's objection. Its own share and its own objections are parts of the page.
SETTLEMENT = History(
    case="subsidy.settlement",
    verbs=(
        *tell("settlement.drafted", to(BANK, FUND_MANAGER, fields=SUMS, remark=True), to(COUNTY)),
        *tell(("settlement.recomputed", "settlement.sent_back"), to(BANK, FUND_MANAGER, fields=SUMS, remark=True)),
        *tell(
            ("settlement.confirmed", "settlement.reviewed"), to(BANK, FUND_MANAGER, fields=SUMS, remark=True), to(COUNTY, fields=("state",))
        ),
        *tell(
            "settlement.filed",
            to(BANK, FUND_MANAGER, fields=("record_number", "filed_on", "payments")),
            to(COUNTY, fields=("record_number", "filed_on")),
        ),
        *tell("settlement.paid", to(BANK, COUNTY, FUND_MANAGER, fields=("paid_on",))),
    ),
)
PAYMENT = History(
    case="subsidy.payment",
    verbs=(
        *tell(("payment.recorded", "payment.checked"), to(BANK, COUNTY, FUND_MANAGER, fields=PAID)),
        # Why a checker gave it back stays in the payer's house.
        *tell("payment.returned", to(BANK, COUNTY, FUND_MANAGER, fields=PAID, remark=True, own_acts=True)),
    ),
)
OBJECTION = History(
    case="subsidy.objection",
    verbs=tell(
        ("objection.raised", "objection.withdrawn", "objection.answered"), to(BANK, COUNTY, FUND_MANAGER, fields=("state",), remark=True)
    ),
)
RECONCILIATION = History(
    case="subsidy.reconciliation",
    verbs=tell(
        ("reconciliation.checked", "reconciliation.committed"), to(BANK, FUND_MANAGER, fields=("filename", "sha256", "rows", "faults"))
    ),
)

HISTORIES = (TENDER, SEALED_BID, DECISION, SETTLEMENT, PAYMENT, OBJECTION, RECONCILIATION)
