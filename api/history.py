"""What the history of a program tells the house it serves. Plain data; see ``parties.disclosure``."""

from parties.disclosure import History, Party, disclose, disclosed_to

CALLERS = (Party.BANK, Party.GUARANTOR, Party.FUND_MANAGER)
KEPT = ("scopes", "networks", "requests_per_minute", "old_ends_at", "ended", "is_active")

HISTORIES = (
    History(
        case="api.apiclient",
        verbs=(
            *disclose(
                ("client.opened", "client.secret_renewed", "client.old_secrets_ended", "client.changed", "client.closed"),
                disclosed_to(*CALLERS, fields=KEPT, remark=True),
            ),
            *disclose(
                ("webhook.added", "webhook.changed", "webhook.removed", "webhook.secret_renewed", "webhook.enabled", "webhook.disabled"),
                disclosed_to(*CALLERS, fields=("url", "types", "secret_number"), remark=True),
            ),
        ),
    ),
)
