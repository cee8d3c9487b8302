"""
What the history of a case tells a party: nothing that its declaration does not open.

Each app declares, beside its cases and as plain data, which events of the audit log are told to which kinds of party, and what of them.
Who sees every case by office reads the whole log; everybody else reads what is declared, on screen and as a program alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """As what somebody reads a history; whoever sees every case by office is none of these."""

    BANK = "bank"
    COUNTY = "county"
    GUARANTOR = "guarantor"
    FUND_MANAGER = "fund_manager"
    CONTRIBUTOR = "contributor"
    ENTERPRISE = "enterprise"


EVERYBODY = frozenset(Party)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What some kinds of party are told of an event: that it happened and when, and beyond that only what is named.

    ``fields`` are those of ``before`` and ``after``. ``own_acts``: only what the reader's own house did. Persons, addresses and moments
    of recording are the own house's in any case.
    """

    to: frozenset[Party]
    fields: tuple[str, ...] = ()
    remark: bool = False
    institution: bool = True  # which house acted
    own_acts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb of the log on one kind of case, and whom it is told."""

    name: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is told of one kind of case (``app.model`` in lower case). A verb that is not named is told to nobody."""

    case: str
    verbs: tuple[Verb, ...]


_DECLARED: dict[tuple[str, str], tuple[Told, ...]] = {}


def declare(*histories: History) -> None:
    """Take an app's declarations; called from ``AppConfig.ready``, so that nothing here knows the apps above."""
    for history in histories:
        _DECLARED.update({(history.case, verb.name): verb.told for verb in history.verbs})


def declared() -> Mapping[tuple[str, str], tuple[Told, ...]]:
    """Return what is told by kind of case and verb."""
    return _DECLARED


def disclose(names: str | Iterable[str], *told: Told) -> tuple[Verb, ...]:
    """Return the declarations of verbs that are all told alike."""
    return tuple(Verb(name=name, told=told) for name in ([names] if isinstance(names, str) else names))


def disclosed_to(
    *parties: Party, fields: tuple[str, ...] = (), remark: bool = False, institution: bool = True, own_acts: bool = False
) -> Told:
    """Return what is told to these kinds of party."""
    return Told(to=frozenset(parties), fields=fields, remark=remark, institution=institution, own_acts=own_acts)
