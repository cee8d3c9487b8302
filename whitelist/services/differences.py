"""What a list gave otherwise and did not change: seen by a person, and settled."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services import record
from common.errors import DomainError
from parties.models import Member
from whitelist.models import ImportFile
from whitelist.services.intake import locked_list


class NothingDiffers(DomainError):
    """All differences of the list were settled before, or there are none."""

    code = "nothing_differs"
    sentence = "文件“{filename}”没有待处理的差异。"


@transaction.atomic
def settle_differences(*, import_id: UUID, remark: str, actor: Member, at: datetime) -> ImportFile:
    """
    Say of all open differences of a list that somebody has looked at them; what stands stays, and is changed on the enterprise's page.

    Raises:
        NotVisible, RoleMissing, NothingDiffers.

    Source: D3, D12.
    """
    file: ImportFile = locked_list(import_id, actor=actor)
    count = file.differences.filter(settled_at__isnull=True).update(settled_by=actor, settled_at=at)
    if not count:
        raise NothingDiffers(filename=file.filename)
    record(verb="import.differences_settled", obj=file, actor=actor, occurred_at=at, after={"differences": count}, remark=remark.strip())
    return file
