"""What the history of the rulebook tells: the rules are public, how many loans of all banks they reach is not."""

from parties.disclosure import EVERYBODY, History, Told, disclose

PERIOD = ("valid_from", "valid_until")

VERSION = History(
    case="policy.policyversion",
    verbs=(
        *disclose("policy_version.added", Told(to=EVERYBODY, fields=("number", "name", "document_number", *PERIOD, "terms"))),
        *disclose("policy_version.term_added", Told(to=EVERYBODY, fields=("path", "value", "source"), remark=True)),
        *disclose(("policy_version.end_set", "policy_version.publication_date_set"), Told(to=EVERYBODY, fields=PERIOD)),
    ),
)
RATE = History(
    case="policy.returnrate",
    verbs=disclose(
        "return_rate.enacted",
        Told(to=EVERYBODY, fields=("rate", "effective_on", "decided_on", "document_number", "running_loans_from", "weights")),
    ),
)
CALENDAR = History(
    case="policy.calendarnotice",
    verbs=disclose("calendar.notice_entered", Told(to=EVERYBODY, fields=("year", "document_number", "published_on", "days"))),
)
PROPOSAL = History(
    case="policy.noticeproposal",
    verbs=(
        *disclose("calendar.notice_proposed", Told(to=EVERYBODY, fields=("year", "kind", "document_number", "published_on"))),
        *disclose("calendar.notice_confirmed", Told(to=EVERYBODY)),
        *disclose("calendar.notice_refused", Told(to=EVERYBODY, remark=True)),
    ),
)

HISTORIES = (VERSION, RATE, CALENDAR, PROPOSAL)
