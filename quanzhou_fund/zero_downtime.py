"""
What a migration may not do while the version before it serves, where ``django-migration-linter`` is blind. Pure: SQL in, codes out.

The linter reads columns, tables and indexes. It is blind to the locks of constraints (a foreign key locks two tables while it reads one of
them whole), to data changed under the locks of a schema change, and to statements that lift the time-out of locks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_CREATED = re.compile(r'CREATE TABLE (?:IF NOT EXISTS )?("?[\w.]+"?)', re.IGNORECASE)
_ADDED = re.compile(r'ALTER TABLE (?:ONLY )?("?[\w.]+"?)\s+ADD CONSTRAINT ("?\w+"?) (FOREIGN KEY|CHECK|EXCLUDE)', re.IGNORECASE)
_VALIDATED = re.compile(r'VALIDATE CONSTRAINT ("?\w+"?)', re.IGNORECASE)
_ALTERED = re.compile(r'ALTER TABLE (?:ONLY )?("?[\w.]+"?)', re.IGNORECASE)
_WAITS_LONGER = re.compile(r"\bSET\s+(LOCAL\s+|SESSION\s+)?lock_timeout|\bRESET\s+(ALL|lock_timeout)", re.IGNORECASE)
_LOCKS = re.compile(r"(?:^|;\s*)LOCK\s", re.IGNORECASE)
_DATA = re.compile(r"(?:^|;\s*)(UPDATE|DELETE|INSERT|WITH|MERGE|TRUNCATE|COPY)\b", re.IGNORECASE)
_BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)  # of a function: runs later


class Code(StrEnum):
    """What is wrong, and what to do instead."""

    ADD_FOREIGN_KEY = "外键约束会在核对全表期间锁住两张表：先用 RunSQL 加 NOT VALID 的外键，下一个迁移再 VALIDATE CONSTRAINT"
    ADD_CHECK = "检查约束会在核对全表期间锁表：先用 AddConstraintNotValid，下一个迁移再用 ValidateConstraint"
    ADD_EXCLUSION = "排他约束会在建索引期间锁表，且不能先加后核对：请换一种做法，或停机升级"
    VALIDATE_TOGETHER = "VALIDATE CONSTRAINT 须放在加约束之后的另一个迁移里，否则加约束的锁一直占到核对完毕"
    DATA_UNDER_LOCK = "改数据须与改表结构分在两个迁移里，否则改数据期间一直锁表"
    LOCK_TIMEOUT = "不得改动等锁时限（lock_timeout）：等锁的迁移会让排在它后面的业务一起等"
    LOCK_TABLE = "不得显式锁表（LOCK TABLE）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a migration may not do, with the statement that does it."""

    code: Code
    statement: str


def findings(statements: Sequence[str], *, changes_data: bool = False) -> list[Finding]:
    """
    Return what the statements of one migration may not do; ``changes_data``: it also runs Python.

    A table that the same migration creates is empty and known to nobody, so its constraints may be written at once.
    """
    bare = [statement for text in statements if (statement := _bare(text))]
    created = {_name(name) for statement in bare for name in _CREATED.findall(statement)}
    found = [Finding(code=code, statement=statement) for statement in bare for code in _codes_of(statement, created)]
    added = {_name(name) for statement in bare for _, name, _ in _ADDED.findall(statement)}
    for statement in bare:
        if added & {_name(name) for name in _VALIDATED.findall(statement)}:
            found.append(Finding(code=Code.VALIDATE_TOGETHER, statement=statement))
    altered = [statement for statement in bare if {_name(name) for name in _ALTERED.findall(statement)} - created]
    if altered and (changes_data or any(_DATA.search(statement) for statement in bare)):
        found.append(Finding(code=Code.DATA_UNDER_LOCK, statement=altered[0]))
    return found


def _codes_of(statement: str, created: set[str]) -> list[Code]:
    """Return what one statement may not do."""
    codes = []
    for table, _, kind in _ADDED.findall(statement):
        if _name(table) in created:
            continue
        if kind.upper() == "EXCLUDE":
            codes.append(Code.ADD_EXCLUSION)
        elif "NOT VALID" not in statement.upper():
            codes.append(Code.ADD_FOREIGN_KEY if kind.upper() == "FOREIGN KEY" else Code.ADD_CHECK)
    if _WAITS_LONGER.search(statement):
        codes.append(Code.LOCK_TIMEOUT)
    if _LOCKS.search(statement):
        codes.append(Code.LOCK_TABLE)
    return codes


def _bare(text: str) -> str:
    """Return a statement without comments and function bodies, on one line."""
    return " ".join(_BODY.sub("''", re.sub(r"--[^\n]*", "", text)).split())


def _name(name: str) -> str:
    return name.replace('"', "").removeprefix("public.")
