"""A sheet's rows into the database: lines, remarks and rejected rows by COPY, in the caller's transaction."""

import json
from collections.abc import Callable, Iterable, Sequence
from io import StringIO

from django.db import connection

from payroll.models import PayrollLine, PayrollRejectedRow, PayrollRemark

CHUNK = 5000
CREW_LENGTH, TRADE_LENGTH, REMARK_LENGTH = 60, 40, 200

_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def lines_replace(
    batch_id: int,
    lines: Sequence,
    workers: Sequence[int],
    cards: Sequence[int | None],
    told: Callable[[int], None],
) -> None:
    """Store the batch's lines, instead of any it had. `told` hears how many are written, after each chunk."""
    PayrollLine.objects.filter(batch_id=batch_id).delete()
    for start in range(0, len(lines), CHUNK):
        part = slice(start, start + CHUNK)
        rows = zip(lines[part], workers[part], cards[part], strict=True)
        _copy(
            "payroll_payrollline (batch_id, row, worker_id, card_id, crew, trade, days, hours, unit_price, gross,"
            " deductions, advance, net, remark, sheet_no)",
            (_line(batch_id, *row) for row in rows),
        )
        told(min(start + CHUNK, len(lines)))


def remarks_replace(batch_id: int, remarks: Iterable) -> None:
    """Store the batch's remarks, instead of any it had."""
    PayrollRemark.objects.filter(batch_id=batch_id).delete()
    _copy(
        "payroll_payrollremark (batch_id, sheet_no, row, cell, code, severity, message)",
        (
            f"{batch_id}\t{remark.sheet_no}\t{_value(remark.row or None)}\t{remark.cell or ''}\t{remark.code}\t"
            f"{remark.severity}\t{_text(remark.message, 400)}\n"
            for remark in remarks
        ),
    )


def rejected_replace(batch_id: int, rows: Iterable[tuple[int, int, dict[str, str]]]) -> None:
    """Store what the rows with errors show (masked), instead of any the batch had."""
    PayrollRejectedRow.objects.filter(batch_id=batch_id).delete()
    _copy(
        "payroll_payrollrejectedrow (batch_id, sheet_no, row, cells)",
        (
            f"{batch_id}\t{sheet_no}\t{row}\t{_text(json.dumps(cells, ensure_ascii=False), None)}\n"
            for sheet_no, row, cells in rows
        ),
    )


def _line(batch_id: int, line, worker: int, card: int | None) -> str:
    return (
        f"{batch_id}\t{line.row}\t{worker}\t{_value(card)}\t{_text(line.crew, CREW_LENGTH)}\t"
        f"{_text(line.trade, TRADE_LENGTH)}\t{_value(line.days)}\t{_value(line.hours)}\t{_value(line.unit_price)}\t"
        f"{_value(line.gross)}\t{_value(line.deductions)}\t{_value(line.advance)}\t{line.net}\t"
        f"{_text(line.remark, REMARK_LENGTH)}\t{line.sheet_no}\n"
    )


def _value(value: object) -> object:
    return "\\N" if value is None else value


def _text(text: str, length: int | None) -> str:
    """A text as COPY reads it; the length is the column's."""
    if not text:
        return ""
    return text[:length].translate(_SPECIAL)


def _copy(target: str, rows: Iterable[str]) -> None:
    text = StringIO()
    text.writelines(rows)
    if not text.tell():
        return
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN", text)
