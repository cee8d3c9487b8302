import pytest

from tests.whitelist.cases import AT, Desk
from whitelist.models import ImportFile


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def stacking_file(desk):
    return ImportFile.objects.create(
        kind="stacking", filename="技改贴息.xlsx", sha256="0" * 64, rows=1, accepted=1, refused=0, checked_by=desk.industry, checked_at=AT
    )
