"""Credit codes and industry codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parties.rules import UnknownIndustryCode, check_credit_code, is_industrial, normalize_industry_code
from tests.translations import REASONS, vectors

VALID = [case["code"] for case in vectors("uscc")["valid"]]


@pytest.mark.parametrize("code", VALID)
def test_a_valid_code_passes_without_warning(code: str) -> None:
    verdict = check_credit_code(code)
    assert (verdict.valid, verdict.normalized, verdict.reason, verdict.warnings) == (True, code, "", ())


@pytest.mark.parametrize("case", vectors("uscc")["invalid"], ids=lambda case: case["verdict"])
def test_an_invalid_code_says_why(case: dict[str, str]) -> None:
    verdict = check_credit_code(case["code"])
    assert (verdict.valid, verdict.reason) == (False, REASONS[case["verdict"]])


@pytest.mark.parametrize(
    "case", [*vectors("uscc")["normalize"], {"input": "９１３５０５８２ＸＸＡＡ１００１１Ｐ", "normalized": "91350582XXAA10011P"}]
)
def test_blanks_case_and_full_width_letters_do_not_matter(case: dict[str, str]) -> None:
    verdict = check_credit_code(case["input"])
    assert (verdict.valid, verdict.normalized) == (True, case["normalized"])


@pytest.mark.parametrize("code", ["", "甲" * 18, "9" * 19, "9135058２XXAA1001I1"])
def test_other_text_is_no_code(code: str) -> None:
    assert not check_credit_code(code).valid


def test_a_wrong_17th_digit_is_only_warned_about() -> None:
    body = "91350582XXAA10012"  # the 17th digit would have to be 1
    verdict = next(v for v in (check_credit_code(body + last) for last in "0123456789ABCDEFGHJKLMNPQRTUWXY") if v.valid)
    assert verdict.warnings == ("organisation_check_digit",)


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_noticed(code: str, position: int, char: str) -> None:
    changed = code[:position] + char + code[position + 1 :]
    assert check_credit_code(changed).valid == (changed == code)


@pytest.mark.clause("D30")
@pytest.mark.parametrize("case", vectors("industry")["vectors"], ids=lambda case: case["label"])
def test_industrial_codes_of_the_vectors(case: dict[str, object]) -> None:
    assert is_industrial(str(case["code"])) is case["industrial"]


@pytest.mark.clause("D30")
def test_exactly_the_listed_divisions_are_industrial() -> None:
    listed = {code for section in vectors("industry")["industrial_divisions"].values() for code in section}
    assert {f"{n:02d}" for n in range(1, 98) if is_industrial(f"{n:02d}")} == listed


@pytest.mark.parametrize(
    ("given_code", "normalized"), [("1951", "C1951"), (" c1951 ", "C1951"), ("0610", "B0610"), ("I65", "I65"), ("46", "D46")]
)
def test_a_code_gets_its_section(given_code: str, normalized: str) -> None:
    assert normalize_industry_code(given_code) == normalized


@pytest.mark.parametrize("code", ["", "C", "1", "00", "98", "I1951", "C6513", "195100", "19-51", "鞋", "C19511", "١٩"])
def test_what_the_standard_does_not_have_is_refused(code: str) -> None:
    with pytest.raises(UnknownIndustryCode, match="GB/T 4754-2017"):
        normalize_industry_code(code)
