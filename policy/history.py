"""What the history of the rulebook tells: the rules are public, how many loans of all banks they reach is not."""

from parties.disclosure import EVERYBODY, History, Told, tell

PERIOD = ("valid_from", "valid_until")

VERSION = History(
    case="policy.policyversion",
    verbs=(
        *tell("policy_version.added", Told(to=EVERYBODY, fields=("number", "name", "document_number", *PERIOD, "terms"))),
        *tell("policy_version.term_added", Told(to=EVERYBODY, fields=("path", "value", "source"), remark=True)),
        *tell(("policy_version.end_set", "policy_version.publication_date_set"), Told(to=EVERYBODY, fields=PERIOD)),
    ),
)
RATE = History(
    case="policy.returnrate",
    verbs=tell(
        "return_rate.enacted",
        Told(to=EVERYBODY, fields=("rate", "effective_on", "decided_on", "document_number", "running_loans_from", "weights")),
    ),
)
CALENDAR = History(
    case="policy.calendarnotice",
    verbs=tell("calendar.notice_entered", Told(to=EVERYBODY, fields=("year", "document_number", "published_on", "days"))),
)
PROPOSAL = History(
    case="policy.noticeproposal",
    verbs=(
        *tell("calendar.notice_proposed", Told(to=EVERYBODY, fields=("year", "kind", "document_number", "published_on"))),
        *tell("calendar.notice_confirmed", Told(to=EVERYBODY)),
        *tell("calendar.notice_refused", Told(to=EVERYBODY, remark=True)),
    ),
)

HISTORIES = (VERSION, RATE, CALENDAR, PROPOSAL)
