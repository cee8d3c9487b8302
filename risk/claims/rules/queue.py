"""Why a claim that is released is not paid yet."""

from common.money import ZERO
from risk.breaker.rules import Headroom
from risk.enums import BreakerState, HoldReason


def why_held(*, needs_reapplication: bool, is_behind: bool, headroom: Headroom) -> HoldReason:
    """
    Return what keeps a queued claim from being paid today; ``RUNS`` when nothing does and the next run pays it.

    ``is_behind``: one before it in the bank's queue is held back, and nobody overtakes.

    Source: FP 1.5.3; D20.
    """
    if is_behind and not needs_reapplication:
        return HoldReason.BEHIND
    if headroom.state == BreakerState.SUSPENDED:
        return HoldReason.SUSPENDED
    if headroom.cap_left <= ZERO:
        return HoldReason.CAP
    return HoldReason.REAPPLY if needs_reapplication else HoldReason.RUNS
