"""What the history of an enterprise, an institution and a member tells whom. Plain data; see ``parties.disclosure``."""

from parties.disclosure import EVERYBODY, History, Party, Told, disclose, disclosed_to

PARTICULARS = (
    "credit_code", "name", "industry_code", "registered_on", "registered_in_city", "registered_capital", "is_little_giant",
    "is_municipal_key", "contact_name", "contact_phone",
)  # fmt: skip
FIGURES = ("rd_expense", "revenue", "employees", "year", "source", "reference")

ENTERPRISE = History(
    case="parties.enterprise",
    verbs=(
        *disclose("enterprise.registered", disclosed_to(Party.COUNTY, fields=(*PARTICULARS, "tax_home", "tax_home_from_on"))),
        *disclose("enterprise.changed", disclosed_to(Party.COUNTY, fields=PARTICULARS, remark=True)),
        *disclose("enterprise.corrected_by_tax_list", disclosed_to(Party.COUNTY, fields=PARTICULARS)),
        *disclose(
            ("enterprise.industry_overridden", "enterprise.industry_override_lifted"),
            disclosed_to(Party.COUNTY, fields=("industry_override_reason",), remark=True),
        ),
        *disclose("enterprise.tax_home_changed", disclosed_to(Party.COUNTY, fields=("district", "from_on"), remark=True)),
        *disclose("fact.corrected", disclosed_to(Party.COUNTY, fields=(*PARTICULARS, *FIGURES), remark=True)),
        *disclose("enterprise.year_recorded", disclosed_to(Party.COUNTY, fields=FIGURES)),
    ),
)
INSTITUTION = History(
    case="parties.institution",
    verbs=(
        *disclose(
            ("bank.admitted", "bank.participation_ended", "bank.excluded", "bank.reinstated"),
            disclosed_to(Party.BANK, fields=("mode", "from_on", "until_on", "document_number")),
        ),
        *disclose("institution.contacts_told", Told(to=EVERYBODY, fields=("phone", "address", "office_hours"))),
    ),
)
MEMBER = History(
    case="parties.member",
    verbs=disclose(
        ("member.appointed", "member.ended", "member.roles_changed"),
        Told(to=EVERYBODY, fields=("kind", "name", "roles", "from_on", "until_on"), remark=True),
    ),
)

RIGHTS = History(
    case="parties.rightschange",
    verbs=disclose(
        ("rights.proposed", "rights.confirmed", "rights.refused", "rights.withdrawn", "handover.used", "handover.failed"),
        Told(to=EVERYBODY, remark=True),
    ),
)

CORRECTION = History(
    case="parties.correction",
    verbs=disclose(
        ("correction.proposed", "correction.confirmed", "correction.refused", "correction.taken_back"), Told(to=EVERYBODY, remark=True)
    ),
)

HISTORIES = (ENTERPRISE, INSTITUTION, MEMBER, RIGHTS, CORRECTION)
