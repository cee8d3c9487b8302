"""What the history of projects, entries, batches and deliveries tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import EVERYBODY, History, Party, Told, tell, to

BANK, COUNTY, FUND_MANAGER = Party.BANK, Party.COUNTY, Party.FUND_MANAGER
DECLARED = ("holds_technical_upgrade_subsidy", "other_technology_credit")
FOUND = ("last_year_rd_expense", "is_eligible")
OPINION = ("institution", "verdict", "document_number", "round", "given_on")
PROJECT_FACTS = ("code", "name", "project_type", "is_key_project", "is_named_by_city", "total_investment")

# The way to the list is the county's affair and the bureaus'; who lends is told from the publication on, and no reasons.
ENTRY = History(
    case="whitelist.entry",
    verbs=(
        *tell(("entry.drafted", "entry.declared"), to(COUNTY, fields=("state", *DECLARED))),
        *tell("entry.refreshed", to(COUNTY, fields=FOUND)),
        *tell("entry.submitted", to(COUNTY, fields=("state", "submitted_on"))),
        *tell(
            (
                "entry.withdrawn",
                "entry.returned_by_county",
                "entry.rejected_by_county",
                "entry.county_passed",
                "entry.screened",
                "entry.listed_directly",
                "entry.returned_by_city",
                "entry.rejected_by_city",
                "entry.city_passed",
                "entry.sent_back",
                "entry.cleared",
            ),
            to(COUNTY, fields=("state", "list_year"), remark=True),
        ),
        *tell("entry.opinion_recorded", to(COUNTY, fields=OPINION, remark=True)),
        *tell("entry.published", to(BANK, COUNTY, FUND_MANAGER, fields=("state", "batch", "document_number"))),
        *tell("entry.expired", to(BANK, COUNTY, FUND_MANAGER, fields=("state",), remark=True)),
        *tell("entry.removed", to(BANK, FUND_MANAGER, fields=("state",)), to(COUNTY, fields=("state",), remark=True)),
    ),
)
PROJECT = History(case="whitelist.project", verbs=tell(("project.registered", "project.corrected"), to(COUNTY, fields=PROJECT_FACTS)))
BATCH = History(case="whitelist.batch", verbs=tell("batch.published", Told(to=EVERYBODY, fields=("document_number", "number"))))
DELIVERY = History(
    case="whitelist.delivery",
    verbs=tell(
        [f"delivery.{verb}" for verb in ("acknowledged", "sent", "sent_again", "exported", "collected", "given_up")],
        to(BANK, FUND_MANAGER, fields=("state", "reference"), remark=True),
    ),
)

HISTORIES = (ENTRY, PROJECT, BATCH, DELIVERY)
