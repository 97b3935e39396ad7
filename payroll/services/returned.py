"""The contractor's workbook with what was found in it: marks at the cells and, in front, a sheet of every remark.

One way for the page and for the command. Writes nothing into the database.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from payroll.models import PayrollRemark
from payroll.rules.checks import catalogue
from payroll.rules.month import Month
from responsibilities.selectors.clock import SHANGHAI
from sheets.annotate import annotate
from sheets.front import put_in_front
from sheets.values import column_index

IN_FRONT = "核验说明"
WIDTHS = (8, 16, 10, 24, 90, 44)
MOST_TOLD = 20_000


class Remarked(Protocol):
    """A remark, stored or just made; no row is the whole batch."""

    row: int | None
    cell: str
    code: str
    severity: str
    message: str
    sheet_no: int


@dataclass(frozen=True, slots=True)
class About:
    """Whose payroll it is; `batch` None where it was only checked."""

    project: str
    month: Month
    accepted: int
    rejected: int
    judged_at: datetime.datetime | None
    batch: int | None = None


def workbook_returned(data: bytes, remarks: Sequence[Remarked], names: Sequence[str], about: About) -> bytes:
    """The bytes of an .xlsx; `names` are those of the sheets that were read, by `sheet_no`.

    Raises `sheets.refusal.Refusal` where the file can't be read.
    """
    found = annotate(data, _marks(remarks, names))
    return put_in_front(found, IN_FRONT, _summary(remarks, names, about), WIDTHS) if remarks else found


def _marks(remarks: Sequence[Remarked], names: Sequence[str]) -> dict[str, list[tuple[int, int, str, str]]]:
    """Marks by the name of their sheet; what concerns the whole batch stands on its first one too."""
    found: dict[str, list] = {name: [] for name in names}
    for one in remarks:
        name = names[one.sheet_no - 1] if one.sheet_no <= len(names) else names[0]
        column = column_index(one.cell.rstrip("0123456789")) or 1
        found[name].append((one.row or 1, column, one.severity, one.message))
    return found


def _summary(remarks: Sequence[Remarked], names: Sequence[str], about: About) -> list[list]:
    """The sheet in front: the gravest remarks first, each with its basis."""
    judged = f"；按 {about.judged_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 有效的核验规则判定" if about.judged_at else ""
    which = f"批次 #{about.batch}" if about.batch else "仅核验，没有导入"
    words = dict(PayrollRemark.Severity.choices)
    head = [
        [f"{about.project} {about.month} 工资表核验说明"],
        [f"{which}，可受理 {about.accepted} 行，有错误 {about.rejected} 行{judged}。"],
        ["错误的行改正后才能提交；提示请核对；说明不影响受理。改正后请上传原来的表或本表，本页会自动略过。"],
        [],
        ["级别", "工作表", "单元格", "问题", "说明和处理办法", "依据"],
    ]
    order = list(words)
    for one in sorted(remarks, key=lambda one: (order.index(one.severity), one.sheet_no, one.row or 0)):
        check = catalogue().get(one.code)
        head.append(
            [
                words[one.severity],
                names[one.sheet_no - 1] if one.row and one.sheet_no <= len(names) else "整份",
                one.cell if one.row else "",
                check.title if check else one.code,
                one.message,
                str(check.basis) if check else "",
            ]
        )
    return head[: MOST_TOLD + 5]
