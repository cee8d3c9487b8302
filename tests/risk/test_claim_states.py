"""What a claim's states mean is declared beside its steps; constraints, badges, work lists and recounts read it there."""

import pytest

from common.transitions import Signer, transitions_from, verbs_disclosed
from risk.claims.transitions import CLAIM_STATES, CLAIM_STEPS, ENDED, PARTIES, PAYERS_HOUSE, ClaimPhase, ClaimState, states_in
from risk.models import Claim

TONES = {"busy", "warn", "good", "bad", "plain"}


def test_each_state_is_declared_and_belongs_to_one_phase() -> None:
    assert list(CLAIM_STATES) == list(ClaimState)
    assert sorted(states_in(*ClaimPhase)) == sorted(ClaimState)
    assert {told.tone for told in CLAIM_STATES.values()} <= TONES


def test_an_ended_claim_takes_no_step_and_waits_for_nobody() -> None:
    taking = [row for row in CLAIM_STEPS if set(row.sources) & set(ENDED)]
    assert taking == []
    assert [state for state in ENDED if CLAIM_STATES[state].waits_for] == []


@pytest.mark.parametrize("state", [state for state, told in CLAIM_STATES.items() if told.waits_for])
def test_whoever_a_claim_waits_for_has_a_step_in_that_state(state: ClaimState) -> None:
    told = CLAIM_STATES[state]
    steps = [row for row in transitions_from(CLAIM_STEPS, state) if row.is_taken and told.waits_for in row.who]
    assert steps
    assert told.to_do
    assert any(row.signer is Signer.SECOND for row in steps) == bool(told.maker)
    assert not told.maker or Claim._meta.get_field(told.maker).related_model is not None


def test_every_step_in_the_log_is_told_in_a_declared_way() -> None:
    told = {*verbs_disclosed(CLAIM_STEPS, PARTIES), *verbs_disclosed(CLAIM_STEPS, PAYERS_HOUSE)}
    assert told == {row.verb for row in CLAIM_STEPS if row.verb}
