"""
Events that nobody may read yet: the log takes them when they happen and shows them later.

An app below which the secret lies says which they are, from ``AppConfig.ready``; the seals of the log cover them all the same.
"""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from audit.models import Event

Rule = Callable[[], Q]
_RULES: list[Rule] = []


def withhold(rule: Rule) -> None:
    """Keep back the events that the condition names, for as long as it names them; asked anew at each reading."""
    _RULES.append(rule)


def readable(events: QuerySet[Event]) -> QuerySet[Event]:
    """Return the events without those kept back: for every reader who is not the party itself."""
    for rule in _RULES:
        events = events.exclude(rule())
    return events
