"""When a session is over, and how codes look."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logins.rules import Over, SessionFacts, device_named, is_totp, new_recovery_code, over, plain

BEGAN = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)
IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=8)


@pytest.mark.parametrize(
    ("seen", "at", "member", "why"),
    [
        pytest.param(0, 14.9, 7, None, id="not quite a quarter of an hour"),
        pytest.param(0, 15, 7, Over.IDLE, id="a quarter of an hour"),
        pytest.param(470, 479.9, 7, None, id="not quite eight hours"),
        pytest.param(470, 480, 7, Over.TOO_OLD, id="eight hours, busy to the end"),
        pytest.param(0, 1, 8, Over.SERVES_ANOTHER, id="another party"),
        pytest.param(0, 1, None, Over.SERVES_ANOTHER, id="no party any more"),
    ],
)
def test_over(seen: float, at: float, member: int | None, why: Over | None) -> None:
    facts = SessionFacts(began_at=BEGAN, seen_at=BEGAN + timedelta(minutes=seen), member=7)
    assert over(facts, at=BEGAN + timedelta(minutes=at), member=member, idle=IDLE, longest=LONGEST) is why


def test_an_account_without_a_party_may_get_one() -> None:
    """Its epoch moves on if a membership is changed; a first one takes nothing away."""
    facts = SessionFacts(began_at=BEGAN, seen_at=BEGAN, member=None)
    assert over(facts, at=BEGAN, member=3, idle=IDLE, longest=LONGEST) is None


@pytest.mark.parametrize(
    ("typed", "known"),
    [("123456", True), (" 123 456 ", True), ("12345", False), ("１２３４５６", False), ("", False), ("abcd-efgh", False)],
)
def test_what_an_authenticator_shows(typed: str, known: bool) -> None:
    assert is_totp(typed) is known


@given(st.lists(st.sampled_from([" ", "-", ""]), min_size=20, max_size=20))
def test_a_recovery_code_is_read_as_it_was_meant(between: list[str]) -> None:
    code = new_recovery_code()
    typed = "".join(letter + gap for letter, gap in zip(code.replace("-", "").upper(), between, strict=False))
    assert plain(typed) == plain(code)
    assert not is_totp(code)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
            "Windows · Edge",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0 Safari/604.1", "iPhone · 微信"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36", "安卓 · Chrome"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_device_is_named_as_people_call_it(agent: str, name: str) -> None:
    assert device_named(agent) == name
