"""When a part that ended is started again, and when the person at the terminal hears of it."""

from quanzhou_fund.watching import TOLD_AFTER, TOLD_WITHIN, WAITS, Restarts


def ends_at_once(restarts: Restarts, *, from_now: float, times: int) -> tuple[list[float], list[bool]]:
    """Let a part end as soon as it is started, and return when each start was and which failures are told."""
    now, starts, told = from_now, [], []
    for _ in range(times):
        told.append(restarts.note_failure(now))
        assert restarts.due_at is not None
        assert not restarts.is_due(restarts.due_at - 0.01)
        now = restarts.due_at
        assert restarts.is_due(now)
        restarts.note_start()
        starts.append(now)
    return starts, told


def test_the_waits_grow_and_the_last_one_stays() -> None:
    starts, _ = ends_at_once(Restarts(), from_now=0.0, times=len(WAITS) + 2)
    gaps = [later - sooner for sooner, later in zip([0.0, *starts], starts, strict=False)]
    assert gaps == [*WAITS, WAITS[-1], WAITS[-1]]


def test_the_fifth_failure_of_a_minute_is_told_and_no_other() -> None:
    _, told = ends_at_once(Restarts(), from_now=0.0, times=20)
    assert [place for place, one in enumerate(told, start=1) if one] == [TOLD_AFTER]
    assert sum(WAITS[: TOLD_AFTER - 1]) < TOLD_WITHIN  # so that the fifth lies within the minute


def test_failures_far_apart_are_not_told() -> None:
    restarts = Restarts()
    told = [restarts.note_failure(moment * (TOLD_WITHIN + 1)) for moment in range(10)]
    assert not any(told)
    assert restarts.due_at == 9 * (TOLD_WITHIN + 1) + WAITS[0]


def test_recovery_is_told_once_and_only_after_trouble_was() -> None:
    restarts = Restarts()
    starts, _ = ends_at_once(restarts, from_now=0.0, times=TOLD_AFTER)
    assert not restarts.note_health(starts[-1] + 1)
    assert restarts.note_health(starts[-1] + TOLD_WITHIN + 1)
    assert not restarts.note_health(starts[-1] + TOLD_WITHIN + 2)
    quiet = Restarts()
    ends_at_once(quiet, from_now=0.0, times=1)
    assert not quiet.note_health(1000.0)


def test_a_part_that_waits_is_not_well() -> None:
    restarts = Restarts()
    restarts.note_failure(0.0)
    assert not restarts.note_health(1000.0)
