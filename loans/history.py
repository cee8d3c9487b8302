"""What the history of an intent, an application, a loan and a quota tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import History, Party, tell, to

BANK, COUNTY, GUARANTOR, FUND_MANAGER = Party.BANK, Party.COUNTY, Party.GUARANTOR, Party.FUND_MANAGER
LATE = ("on", "recorded_on", "late_reason")
DRAFT = (
    "state", "bank", "mode", "category", "amount_requested", "term_months", "purpose", "security", "other_technology_credit",
    "bank_reference",
)  # fmt: skip
DATES = ("state", "submitted_on", "accepted_on", "review_began_on", "decided_on", "withdrawn_on", "conditions_met_on", "contracted_on",
         "lapsed_on", "lapses_on")  # fmt: skip
APPLICATION = (*DATES, "submitted_for", "enterprise_size", "amount_approved", "refusal_reason", *LATE)
MOVEMENT = ("amount", "value_on")
BOOKED = (*MOVEMENT, "movement", "bank_reference", "made_by", "checked_by")
FIXED = ("first_drawdown_on", "return_rate", "district", "earns_until")
CHECKED = ("checked_on", "is_misuse", "misuse_from")

INTENT = History(case="loans.intent", verbs=tell("intent.recorded", to(BANK, COUNTY, fields=("recorded_on",))))

APPLICATION_HISTORY = History(
    case="loans.application",
    verbs=(
        # What an applicant weighed before handing in is nobody else's: a draft is told to the house that drafts it.
        *tell(("application.drafted", "application.revised"), to(BANK, FUND_MANAGER, fields=DRAFT, own_acts=True)),
        *tell(
            (
                "application.supplement_asked",
                "application.supplement_answered",
                "application.refused",
                "application.withdrawn",
                "application.approved",
                "application.conditions_met",
                "application.accepted",
                "application.review_begun",
            ),
            to(BANK, FUND_MANAGER, fields=APPLICATION, remark=True),
            to(COUNTY, fields=DATES),
        ),
        *tell(
            ("application.submitted", "application.contracted", "application.lapsed"),
            to(BANK, FUND_MANAGER, fields=APPLICATION),
            to(COUNTY, fields=DATES),
        ),
    ),
)

LOAN = History(
    case="loans.loan",
    verbs=(
        *tell("loan.signed", to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, fields=("contract_amount", "matures_on", "available_until"))),
        *tell("loan.guaranteed", to(BANK, GUARANTOR, FUND_MANAGER, fields=("number", "fee_rate", "is_batch_scheme"))),
        *tell(
            ("loan.proposed", "loan.proposal_refused"),
            to(BANK, fields=(*MOVEMENT, "kind", "proposal", "state"), remark=True, own_acts=True),
        ),
        *tell(
            ("loan.drawdown", "loan.repayment", "loan.overdue", "loan.cure", "loan.reversal"),
            to(BANK, FUND_MANAGER, fields=BOOKED, remark=True),
            to(COUNTY, GUARANTOR, fields=MOVEMENT),
        ),
        *tell("loan.first_drawdown_fixed", to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, fields=FIXED)),
        *tell("loan.return_rate_fixed_anew", to(BANK, COUNTY, FUND_MANAGER, fields=("return_rate",), remark=True)),
        *tell("loan.use_checked", to(BANK, COUNTY, FUND_MANAGER, fields=CHECKED, remark=True), to(GUARANTOR, fields=CHECKED)),
        *tell(
            "loan.subsidy_stopped",
            to(BANK, COUNTY, FUND_MANAGER, fields=("subsidy_stopped_on",), remark=True),
            to(GUARANTOR, fields=("subsidy_stopped_on",)),
        ),
    ),
)

QUOTA = History(
    case="loans.bankquota",
    verbs=tell("quota.set", to(BANK, FUND_MANAGER, fields=("bank", "mode", "amount", "from_on", "document_number"))),
)

HISTORIES = (INTENT, APPLICATION_HISTORY, LOAN, QUOTA)
