"""What the history of tenders, settlements, payments, objections and reconciliations tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import EVERYBODY, History, Party, Told, disclose, disclosed_to

BANK, COUNTY, FUND_MANAGER = Party.BANK, Party.COUNTY, Party.FUND_MANAGER
SUMS = ("state", "revision", "lines", "adjustments", "city", "county", "sha256")
PAID = ("state", "amount", "paid_on", "voucher")

# What was typed by staff before bids were sealed carries the bank it is of, so each bank is told of its own alone. How many bids were
# opened is told to no bank, and that one was handed in to the bank itself alone.
TENDER = History(
    case="subsidy.tender",
    verbs=(
        *disclose("tender.opened", disclosed_to(BANK, FUND_MANAGER, fields=("planned_volume", "closes_at"))),
        *disclose(
            ("tender.bidding_closed", "tender.opening_proposed", "tender.opening_declined", "tender.bids_opened"),
            disclosed_to(BANK, FUND_MANAGER),
        ),
        *disclose("tender.awarded", disclosed_to(BANK, FUND_MANAGER, fields=("result", "awarded_on", "closed_on"))),
        *disclose("bid.recorded", disclosed_to(BANK, fields=("rate", "volume"), remark=True)),
    ),
)
SEALED_BID = History(
    case="subsidy.sealedbid",
    verbs=disclose(
        ("bid.submitted", "bid.withdrawal_submitted", "bid.checked", "bid.sent_back"), disclosed_to(BANK, fields=("state", "receipt"))
    ),
)
DECISION = History(
    case="subsidy.ratedecision",
    verbs=disclose("rate.decided", Told(to=EVERYBODY, fields=("rate", "effective_on", "document_number"))),
)
# A county reads where a settlement stands, never the sums over all counties, nor why and how often it was computed anew: that may be
# another county's objection. Its own share and its own objections are parts of the page. Whoever pays last completes a settlement: a
# county reads so only of itself.
SETTLEMENT = History(
    case="subsidy.settlement",
    verbs=(
        *disclose("settlement.drafted", disclosed_to(BANK, FUND_MANAGER, fields=SUMS, remark=True), disclosed_to(COUNTY)),
        *disclose(("settlement.recomputed", "settlement.sent_back"), disclosed_to(BANK, FUND_MANAGER, fields=SUMS, remark=True)),
        *disclose(
            ("settlement.confirmed", "settlement.reviewed"),
            disclosed_to(BANK, FUND_MANAGER, fields=SUMS, remark=True),
            disclosed_to(COUNTY, fields=("state",)),
        ),
        *disclose(
            "settlement.filed",
            disclosed_to(BANK, FUND_MANAGER, fields=("record_number", "filed_on", "payments")),
            disclosed_to(COUNTY, fields=("record_number", "filed_on")),
        ),
        *disclose(
            "settlement.paid",
            disclosed_to(BANK, FUND_MANAGER, fields=("paid_on",)),
            disclosed_to(COUNTY, fields=("paid_on",), own_acts=True),
        ),
    ),
)
PAYMENT = History(
    case="subsidy.payment",
    verbs=(
        *disclose(("payment.recorded", "payment.checked"), disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=PAID)),
        # Why a checker gave it back stays in the payer's house.
        *disclose("payment.returned", disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=PAID, remark=True, own_acts=True)),
    ),
)
OBJECTION = History(
    case="subsidy.objection",
    verbs=disclose(
        ("objection.raised", "objection.withdrawn", "objection.answered"),
        disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=("state",), remark=True),
    ),
)
RECONCILIATION = History(
    case="subsidy.reconciliation",
    verbs=disclose(
        ("reconciliation.checked", "reconciliation.committed"),
        disclosed_to(BANK, FUND_MANAGER, fields=("filename", "sha256", "rows", "faults")),
    ),
)

HISTORIES = (TENDER, SEALED_BID, DECISION, SETTLEMENT, PAYMENT, OBJECTION, RECONCILIATION)
