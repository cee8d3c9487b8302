"""What the history of an intent, an application, a loan and a quota tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import History, Party, disclose, disclosed_to

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
CONTRACT = ("contract_number", "contract_amount", "signed_on", "available_until", "matures_on")
CHECKED = ("checked_on", "is_misuse", "misuse_from")

INTENT = History(case="loans.intent", verbs=disclose("intent.recorded", disclosed_to(BANK, COUNTY, fields=("recorded_on",))))

APPLICATION_HISTORY = History(
    case="loans.application",
    verbs=(
        # What an applicant weighed before handing in is nobody else's: a draft is told to the house that drafts it.
        *disclose(("application.drafted", "application.revised"), disclosed_to(BANK, FUND_MANAGER, fields=DRAFT, own_acts=True)),
        *disclose(
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
            disclosed_to(BANK, FUND_MANAGER, fields=APPLICATION, remark=True),
            disclosed_to(COUNTY, fields=DATES),
        ),
        *disclose(
            ("application.submitted", "application.contracted", "application.lapsed"),
            disclosed_to(BANK, FUND_MANAGER, fields=APPLICATION),
            disclosed_to(COUNTY, fields=DATES),
        ),
    ),
)

LOAN = History(
    case="loans.loan",
    verbs=(
        *disclose(
            "loan.signed", disclosed_to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, fields=("contract_amount", "matures_on", "available_until"))
        ),
        *disclose("fact.corrected", disclosed_to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, fields=CONTRACT)),
        *disclose("loan.guaranteed", disclosed_to(BANK, GUARANTOR, FUND_MANAGER, fields=("number", "fee_rate", "is_batch_scheme"))),
        *disclose(
            ("loan.proposed", "loan.proposal_refused"),
            disclosed_to(BANK, fields=(*MOVEMENT, "kind", "proposal", "state"), remark=True, own_acts=True),
        ),
        *disclose(
            ("loan.drawdown", "loan.repayment", "loan.overdue", "loan.cure", "loan.reversal"),
            disclosed_to(BANK, FUND_MANAGER, fields=BOOKED, remark=True),
            disclosed_to(COUNTY, GUARANTOR, fields=MOVEMENT),
        ),
        *disclose("loan.first_drawdown_fixed", disclosed_to(BANK, COUNTY, GUARANTOR, FUND_MANAGER, fields=FIXED)),
        *disclose("loan.return_rate_fixed_anew", disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=("return_rate",), remark=True)),
        *disclose(
            "loan.use_checked",
            disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=CHECKED, remark=True),
            disclosed_to(GUARANTOR, fields=CHECKED),
        ),
        *disclose(
            ("loan.subsidy_stopped", "loan.subsidy_stop_put_right"),
            disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=("subsidy_stopped_on",), remark=True),
            disclosed_to(GUARANTOR, fields=("subsidy_stopped_on",)),
        ),
    ),
)

QUOTA = History(
    case="loans.bankquota",
    verbs=disclose(
        ("quota.set", "quota.ended"),
        disclosed_to(BANK, FUND_MANAGER, fields=("bank", "mode", "amount", "from_on", "until_on", "document_number")),
    ),
)

USE_CHECK = History(
    case="loans.useoffundscheck",
    verbs=disclose("fact.corrected", disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=CHECKED, remark=True)),
)

HISTORIES = (INTENT, APPLICATION_HISTORY, LOAN, QUOTA, USE_CHECK)
