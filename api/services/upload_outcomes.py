"""What became of a file of movements, as one table."""

import csv
from datetime import datetime
from io import StringIO
from uuid import UUID

from api.enums import UploadState
from api.models import ApiClient, Upload, UploadRow
from api.services.uploads import rows_of
from audit.services import record_export
from common.errors import DomainError

COLUMNS = ("number", "bank_reference", "outcome", "movement_id", "field", "code", "detail")


class UploadUnderWay(DomainError):
    """Not every row has an outcome yet."""

    code = "upload_under_way"
    sentence = "文件仍在处理（已处理 {done} 行，共 {rows} 行），请待状态为 done 后再下载结果。"
    retry_after = 5


def outcome_of(client: ApiClient, upload_id: UUID, *, at: datetime) -> bytes:
    """
    Return the outcome of every row as CSV, and write down that it was taken out of the system.

    Raises:
        NotVisible: no such upload of this client.
        UploadUnderWay.
    """
    rows = rows_of(client, upload_id).order_by("number")
    upload = Upload.objects.defer("content").get(public_id=upload_id)
    if upload.state != UploadState.DONE:
        raise UploadUnderWay(done=upload.done_count, rows=upload.row_count)
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows.values_list(*COLUMNS))
    asked = f"upload={upload_id}"
    record_export(what=UploadRow, title="批量提交的结果文件", actor=client.member, at=at, rows=upload.row_count, asked=asked, form="csv")
    return text.getvalue().encode()
