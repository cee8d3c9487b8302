"""What the history of a program tells the house it serves. Plain data; see ``parties.disclosure``."""

from parties.disclosure import History, Party, tell, to

CALLERS = (Party.BANK, Party.GUARANTOR, Party.FUND_MANAGER)
KEPT = ("scopes", "networks", "requests_per_minute", "old_ends_at", "ended", "is_active")

HISTORIES = (
    History(
        case="api.apiclient",
        verbs=(
            *tell(
                ("client.opened", "client.secret_renewed", "client.old_secrets_ended", "client.changed", "client.closed"),
                to(*CALLERS, fields=KEPT, remark=True),
            ),
            *tell(
                ("webhook.added", "webhook.changed", "webhook.removed", "webhook.secret_renewed", "webhook.enabled", "webhook.disabled"),
                to(*CALLERS, fields=("url", "types", "secret_number"), remark=True),
            ),
        ),
    ),
)
