"""What may go wrong in the domain, said in a sentence that tells the reader what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of an input that cannot stand: its name (dotted path), a stable code and a Chinese sentence."""

    field: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """Return the problem as the ``errors`` list of a problem document shows it."""
        return {"field": self.field, "code": self.code, "detail": self.detail}


class DomainError(Exception):
    """
    A refusal of the domain. Subclasses are named after the fact and set the class attributes.

    ``sentence`` is a ``str.format`` template in Chinese, filled with the facts given to the constructor; ``clause`` names the
    clause of the plan it rests on, if any; ``status`` is the HTTP status a programmatic caller gets.
    """

    code: ClassVar[str] = "domain_error"
    sentence: ClassVar[str] = "操作不符合业务规则，未作任何更改。"
    clause: ClassVar[str] = ""
    status: ClassVar[int] = 409
    is_question: ClassVar[bool] = False  # not wrong, only unusual: the same again, confirmed, goes through

    def __init__(self, *, field: str | None = None, errors: Sequence[FieldProblem] = (), **facts: object) -> None:
        self.field = field
        self.facts = facts
        self.message = self._message(**facts)
        self.errors: tuple[FieldProblem, ...] = tuple(errors)
        if field is not None and not self.errors:
            self.errors = (FieldProblem(field, self.code, self.message),)
        super().__init__(self.message)

    def _message(self, **facts: object) -> str:
        return self.sentence.format(**facts)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.field, self.errors, self.facts)


def _rebuild(kind: type[DomainError], field: str | None, errors: tuple[FieldProblem, ...], facts: dict[str, object]) -> DomainError:
    """Return the error as it was before it was pickled (task results travel between processes)."""
    return kind(field=field, errors=errors, **facts)


class InvalidInput(DomainError):
    """What was sent does not have the form asked for; ``errors`` says where."""

    code = "invalid_input"
    sentence = "提交的内容有误，请按各字段的提示改正后重新提交。"
    status = 400


class ReasonMissing(DomainError):
    """A step that sends back, refuses, ends or asks for more says why; ``act`` names the deed where its form alone does not."""

    code = "reason_missing"
    sentence = "请填写理由。"
    status = 400

    def _message(self, act: object = "请", **facts: object) -> str:
        return f"{act}填写理由。"


class VoucherMissing(DomainError):
    """Money that was paid, collected or returned names its voucher."""

    code = "voucher_missing"
    sentence = "请填写付款凭证号。"
    status = 400


class NotAllowed(DomainError):
    """The actor's institution or role does not open this operation."""

    code = "not_allowed"
    sentence = "您所在单位或您的岗位无权进行此项操作，如需办理请联系本单位管理员。"
    status = 403


class NotVisible(DomainError):
    """No such object for this actor; whether it exists for others is not told."""

    code = "not_found"
    sentence = "未找到该记录，请核对编号或地址。"
    status = 404
