"""A bank, its people, and a settlement of the second quarter of 2024."""

import pytest

from parties.models import Institution
from subsidy.models import Settlement
from tests.factories import InstitutionFactory
from tests.subsidy.factories import People, drafted, make_loan, noon

AT = noon(2024, 6, 22)


@pytest.fixture
def bank(db: None) -> Institution:
    return InstitutionFactory()


@pytest.fixture
def people(bank: Institution) -> People:
    return People(bank)


@pytest.fixture
def draft(bank: Institution, people: People) -> Settlement:
    """One loan of ten million since January in Jinjiang: 80,500.00 less 51,111.11 makes 29,388.89."""
    make_loan(bank)
    return drafted(bank, people, year=2024, quarter=2, at=AT)
