"""What the history of projects, entries, batches and deliveries tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import EVERYBODY, History, Party, Told, disclose, disclosed_to

BANK, COUNTY, FUND_MANAGER = Party.BANK, Party.COUNTY, Party.FUND_MANAGER
DECLARED = ("holds_technical_upgrade_subsidy", "other_technology_credit")
FOUND = ("last_year_rd_expense", "is_eligible")
OPINION = ("institution", "verdict", "document_number", "round", "given_on")
PROJECT_FACTS = ("code", "name", "project_type", "is_key_project", "is_named_by_city", "total_investment")

# The way to the list is the county's affair and the bureaus'; who lends is told from the publication on, and no reasons.
ENTRY = History(
    case="whitelist.entry",
    verbs=(
        *disclose(("entry.drafted", "entry.declared"), disclosed_to(COUNTY, fields=("state", *DECLARED))),
        *disclose("entry.refreshed", disclosed_to(COUNTY, fields=FOUND)),
        *disclose("entry.submitted", disclosed_to(COUNTY, fields=("state", "submitted_on"))),
        *disclose(
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
            disclosed_to(COUNTY, fields=("state", "list_year"), remark=True),
        ),
        *disclose("entry.opinion_recorded", disclosed_to(COUNTY, fields=OPINION, remark=True)),
        *disclose("entry.published", disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=("state", "batch", "document_number"))),
        *disclose("entry.expired", disclosed_to(BANK, COUNTY, FUND_MANAGER, fields=("state",), remark=True)),
        *disclose(
            "entry.removed", disclosed_to(BANK, FUND_MANAGER, fields=("state",)), disclosed_to(COUNTY, fields=("state",), remark=True)
        ),
    ),
)
PROJECT = History(
    case="whitelist.project", verbs=disclose(("project.registered", "project.corrected"), disclosed_to(COUNTY, fields=PROJECT_FACTS))
)
BATCH = History(case="whitelist.batch", verbs=disclose("batch.published", Told(to=EVERYBODY, fields=("document_number", "number"))))
DELIVERY = History(
    case="whitelist.delivery",
    verbs=disclose(
        [f"delivery.{verb}" for verb in ("acknowledged", "sent", "sent_again", "exported", "collected", "given_up")],
        disclosed_to(BANK, FUND_MANAGER, fields=("state", "reference"), remark=True),
    ),
)

HISTORIES = (ENTRY, PROJECT, BATCH, DELIVERY)
