"""The sentences of files that are not read. Each is a refusal of the whole file: nothing of it was taken over."""

from typing import Any

from common.errors import DomainError
from tables.refused import Refused


class FileRefused(DomainError):
    """A file that is not read, for a reason that a person can mend."""

    code = "file_unreadable"
    sentence = "文件无法读取，请用电子表格软件打开核对，另存为 xlsx 后重新上传。"
    status = 400


class FileDamaged(FileRefused):
    """The bytes are not of the format they begin as: cut off, mended by hand, or lying about their sizes."""


class PasswordProtected(FileRefused):
    """The workbook is encrypted."""

    code = "file_password"
    sentence = "文件有密码保护，请取消密码后重新上传。"


class FileTooLarge(FileRefused):
    """The file itself, or what it unpacks to, is larger than any list."""

    code = "file_too_large"
    sentence = "文件过大（{what}），请拆分为多个文件，或删除图片等无关内容后重新上传。"


class PackageSuspicious(FileRefused):
    """The package holds what no workbook needs: thousands of entries, packages in it, links, paths that lead out of it."""

    code = "file_package"
    sentence = "文件的内部结构不是正常的 xlsx 工作簿（{what}），请用电子表格软件另存为新的 xlsx 文件后重新上传。"


class MarkupRefused(FileRefused):
    """The XML inside defines entities, or consists of tags longer than any program writes."""

    code = "file_markup"
    sentence = "文件的内部标记含有不允许的内容（{what}），请用电子表格软件另存为新的 xlsx 文件后重新上传。"


class CellFarAway(FileRefused):
    """A cell stands far outside any list."""

    code = "file_far_cell"
    sentence = "工作表“{sheet}”的单元格 {cell} 远离数据区域（最多 {rows} 行、{columns} 列），请删除该单元格或多余的行列后重新上传。"


class DimensionTooLarge(FileRefused):
    """A sheet declares an area that no list fills."""

    code = "file_dimension"
    sentence = "工作表“{sheet}”声明的数据区域（{area}）过大或不正确，请将数据复制到新的工作簿后重新上传。"


class TooManyRows(FileRefused):
    """More rows than any list, most of them empty as a rule."""

    code = "file_too_many_rows"
    sentence = "工作表“{sheet}”超过 {most} 行（空行也计算在内），请删除多余的空行或拆分文件后重新上传。"


class TooManyCells(FileRefused):
    """More columns, cells or sheets than any list."""

    code = "file_too_many_cells"
    sentence = "文件的内容过多（{what}），请只保留需要提交的数据后重新上传。"


class CellTooLong(FileRefused):
    """One cell holds more text than a spreadsheet allows."""

    code = "file_cell_too_long"
    sentence = "“{sheet}”第 {row} 行有单元格超过 {most} 个字符，请核对引号是否成对、内容是否正确后重新上传。"


class NotText(FileRefused):
    """Neither a workbook nor text in a known encoding."""

    code = "file_encoding"
    sentence = "无法识别文件的格式或编码，请上传 xlsx 文件，或以 UTF-8、GBK 编码保存的 csv 文件。"


class ReadingStopped(FileRefused):
    """The process that read the file ran into its limits, or died."""

    code = "file_reading_stopped"
    sentence = "读取该文件时超出了允许的内存或时间，已停止读取，请只保留需要提交的行和列，或拆分为多个文件后重新上传。"


class ReadersBusy(FileRefused):
    """As many files are being read as the machine allows."""

    code = "file_readers_busy"
    sentence = "正在读取的文件较多，请稍后重新提交。"
    status = 503
    retry_after = 5  # seconds


REFUSALS = (
    FileDamaged,
    PasswordProtected,
    FileTooLarge,
    PackageSuspicious,
    MarkupRefused,
    CellFarAway,
    DimensionTooLarge,
    TooManyRows,
    TooManyCells,
    CellTooLong,
    NotText,
    ReadingStopped,
    ReadersBusy,
)
_BY_REASON = {refusal.__name__: refusal for refusal in REFUSALS}


def as_sentence(refused: Refused) -> FileRefused:
    """Return the refusal with its sentence; a reason or facts that nobody knows are a damaged file."""
    facts: dict[str, Any] = dict(refused.facts)
    try:
        return _BY_REASON[refused.reason](**facts)
    except (KeyError, TypeError):
        return FileDamaged()
