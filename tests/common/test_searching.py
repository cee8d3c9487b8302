"""Which texts a question finds."""

import pytest

from common.searching import found_in, is_the_same, words_of
from parties.models import Enterprise
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.django_db
NAME = "嘉达服饰（福建）·Ａda有限公司"


def finds(asked: str) -> bool:
    return Enterprise.objects.filter(found_in(("name", "credit_code"), asked)).exists()


@pytest.fixture
def stored() -> Enterprise:
    return EnterpriseFactory(name=NAME)


ALIKE = [
    "嘉达服饰（福建）", "嘉达服饰(福建)", "嘉达服饰〔福建〕", "嘉达服饰 (福建)", "\u200b嘉达\u2060服饰\ufeff", "有限公司 嘉达",
    "\u202e嘉达",
    "·ada", "•ADA", "・ａｄａ", "．Ada", "‧ada", "嘉达服饰(福建)・ADA有限公司", "嘉　达", "",
]  # fmt: skip


@pytest.mark.parametrize("asked", ALIKE)
def test_a_name_is_found_however_it_is_written(asked: str, stored: Enterprise) -> None:
    assert finds(asked)


@pytest.mark.parametrize("asked", ["嘉达服饰福州", "嘉达 福州", ".", "嘉.*公司", "嘉\\w", "[嘉]", "嘉|达", "adaa", "^嘉", "嘉?达"])
def test_nothing_else_is_found_and_no_character_is_a_pattern(asked: str, stored: Enterprise) -> None:
    assert finds(asked) is (asked == ".")  # a middle dot


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\xad", " "])
def test_what_was_stored_with_what_nobody_sees_is_found_too(hidden: str) -> None:
    EnterpriseFactory(name=f"嘉{hidden}达服饰")
    assert finds("嘉达服饰")


def test_a_code_is_found_in_full_width_and_in_groups(stored: Enterprise) -> None:
    code = stored.credit_code
    assert finds("".join(chr(ord(one) + 0xFEE0) for one in code))
    assert finds(code.lower())
    assert finds(" ".join(code[place : place + 4] for place in range(0, 18, 4)))
    assert not finds(code[:-1] + ("0" if code[-1] != "0" else "1"))


def test_the_same_name_is_the_whole_name(stored: Enterprise) -> None:
    assert Enterprise.objects.filter(is_the_same("name", "嘉达服饰(福建)•ada有限公司")).get() == stored
    assert not Enterprise.objects.filter(is_the_same("name", "嘉达服饰(福建)")).exists()


def test_a_question_is_bounded() -> None:
    assert len("".join(words_of("长" * 5000))) == 200
