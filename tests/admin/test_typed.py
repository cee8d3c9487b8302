"""What is typed is what is recorded: every field of every form of the back office, tried with what people and browsers really send."""

import copy
import re
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from common.admin.display_values import Money
from common.admin.forms import CountInput, DayInput, MoneyInput, NumberInput, PercentInput, StepForm
from common.admin.panels import Fact, Facts, spelled
from common.dates import BEGINS, FOUNDED, HAPPENED, SUPPOSED
from tests.admin.fields import Place, places

NO_NUMBER = ("1e5", "1_000", "٣٠٠", "१००", "10²", "½", "0x10", "nan", "Infinity", "1.2.3", "-", "..", "一百")
TWO_MEANINGS = ("1000，50", "500000，00", "3500000,50", "1,00", "10,00,000", "1,000 000", "300万", "0,001")


def kind(*classes: type[forms.Field]) -> list[Place]:
    return [place for place in places() if isinstance(place.field, classes)]


def said(place: Place, value: str) -> list[str]:
    """Return the sentences with which a field refuses; none when it takes the value."""
    try:
        taken = place.field.clean(value)
    except ValidationError as refused:
        return list(refused.messages)
    raise AssertionError(f"{place} takes {value!r} for {taken!r}")


class TestNumbers:
    def test_every_number_is_read_by_the_one_reader(self) -> None:
        own = (NumberInput, CountInput)
        numbers = kind(forms.IntegerField, forms.DecimalField, forms.FloatField)
        assert [str(place) for place in numbers if not isinstance(place.field, own)] == []
        assert len(kind(MoneyInput)) > 30
        assert len(kind(CountInput)) > 8
        assert len(kind(PercentInput)) > 8

    @pytest.mark.parametrize("value", NO_NUMBER)
    def test_no_field_takes_what_is_no_number(self, value: str) -> None:
        for place in kind(NumberInput, CountInput):
            assert said(place, value) != []

    @pytest.mark.parametrize("value", TWO_MEANINGS)
    def test_no_field_takes_what_has_two_meanings(self, value: str) -> None:
        for place in kind(NumberInput, CountInput):
            assert said(place, value) != []

    def test_a_comma_for_a_point_is_asked_about_in_every_money_field(self) -> None:
        for place in kind(MoneyInput):
            assert said(place, "1000，50") == ["是否为 1,000.50 元？逗号只能用作千分位（每三位一个），角分请用小数点“.”填写。"]

    @pytest.mark.parametrize("value", ["1,000,000.50", "１，０００，０００．５０", "1000000.5", " ¥1,000,000.50 元 "])
    def test_what_is_taken_is_the_amount_that_is_shown(self, value: str) -> None:
        for place in kind(MoneyInput):
            assert place.field.clean(value) == Decimal("1000000.50")

    @pytest.mark.parametrize("value", ["1.005", "99999999999999999"])
    def test_more_than_cents_or_than_columns_hold_is_refused(self, value: str) -> None:
        for place in kind(MoneyInput):
            assert said(place, value) != []

    def test_a_number_beyond_the_column_is_refused(self) -> None:
        for place in kind(CountInput):
            assert said(place, "99999999999") != []


class Asks(StepForm):
    """One amount."""

    amount = MoneyInput(label="金额")


class TestRepeated:
    def test_the_page_repeats_an_amount_grouped_in_ten_thousands_and_in_words(self) -> None:
        for place in kind(MoneyInput):
            assert place.field.widget.attrs["data-money"] == ""
        shown = render_to_string("case/field.html", {"field": Asks({"amount": "10000050"})["amount"]})
        assert 'data-repeats="id_amount">10,000,050.00 元 = 1,000.005 万元 人民币壹仟万零伍拾元整</p>' in shown
        assert 'data-repeats="id_amount"></p>' in render_to_string("case/field.html", {"field": Asks({"amount": "1000，50"})["amount"]})

    def test_who_confirms_reads_each_amount_in_words(self) -> None:
        panel = spelled(Facts(title="提请内容", facts=[Fact("金额", Money(Decimal("100050.00"))), Fact("流水号", "A1")]))
        assert [fact.note for fact in panel.facts] == ["人民币壹拾万零伍拾元整", ""]


TODAY = date(2026, 11, 28)


class TestDays:
    def test_every_day_has_bounds(self) -> None:
        days = kind(forms.DateField)
        assert [str(place) for place in days if not isinstance(place.field, DayInput)] == []
        assert len(days) > 40

    def test_the_browser_is_told_the_bounds(self) -> None:
        for place in kind(DayInput):
            field = copy.deepcopy(place.field)
            field.begin(TODAY)
            assert field.widget.attrs["min"] == field.days.first.isoformat()
            assert field.widget.attrs["max"] == field.days.last(TODAY).isoformat()

    @pytest.mark.parametrize("value", ["0026-11-28", "0202-01-01", "1026-11-28", "2206-11-28", "9999-12-31"])
    def test_a_mistyped_year_is_refused_with_the_bound(self, value: str) -> None:
        for place in kind(DayInput):
            (sentence,) = said(place, value)
            assert value in sentence
            assert re.search(r"不得[早晚]于 [0-9]{4}-[0-9]{2}-[0-9]{2}", sentence)

    @pytest.mark.parametrize("value", ["２０２４-01-05", "٢٠٢٤-01-05", "01/05/2024", "24-1-5", "2024-02-30", "2024-1-5", "20240105"])
    def test_a_day_is_written_one_way(self, value: str) -> None:
        for place in kind(DayInput):
            assert said(place, value) != []

    def test_a_day_within_is_taken(self) -> None:
        for place in kind(DayInput):
            assert place.field.clean("2024-01-05") == date(2024, 1, 5)

    def test_what_happened_lies_not_ahead_and_a_term_begins_within_a_year(self) -> None:
        ahead = {DayInput(days=days).days.last(TODAY) for days in (HAPPENED, FOUNDED)}
        assert ahead == {TODAY}
        assert BEGINS.last(TODAY) == date(2027, 11, 28)
        begins = [place for place in kind(DayInput) if place.name in ("from_on", "valid_from") and place.field.days is not SUPPOSED]
        homes = ("parties.taxhome:put-right", "parties.admin.corrections.PutRightTaxHomeForm")
        allowed = dict.fromkeys(homes, FOUNDED)  # the first home begins with the founding
        assert [str(place) for place in begins if place.field.days is not allowed.get(place.form, BEGINS)] == []
        founding = [place for place in kind(DayInput) if place.name == "registered_on" and place.field.days is not SUPPOSED]
        assert {place.field.days for place in founding} == {FOUNDED}
