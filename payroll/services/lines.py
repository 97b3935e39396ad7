"""A sheet's rows into the database: lines and rejected rows by COPY, in the caller's transaction."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from django.db import connection

from payroll.models import PayrollRejectedRow
from payroll.services.copying import NULL, copy_in, copy_rows, text_of, value_of

CREW_LENGTH, TRADE_LENGTH, REMARK_LENGTH = 60, 40, 200


def lines_clear(batch_id: int) -> None:
    """Forget what an earlier reading stored; nothing refers to the lines of a batch that nobody submitted.

    One statement: Django's own deletion loads every line first, to look for what refers to it.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payroll_payrollline WHERE batch_id = %s", [batch_id])


def lines_text(batch_id: int, lines: Sequence, workers: Sequence[int], cards: Sequence[int | None]) -> str:
    """The lines as `lines_add` takes them."""
    return "".join([_line(batch_id, *row) for row in zip(lines, workers, cards, strict=True)])


def lines_add(text: str) -> None:
    """Store more of the batch's lines."""
    copy_in(
        "payroll_payrollline (batch_id, row, worker_id, card_id, crew, trade, days, hours, unit_price, gross,"
        " deductions, advance, net, remark, sheet_no)",
        text,
    )


def lines_stop(batch_id: int, places: Iterable[tuple[int, int]]) -> None:
    """Take rows, told by sheet and row, out again: a check that stops found them only after they were written."""
    if found := sorted(places):
        sheets, rows = zip(*found, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                DELETE FROM payroll_payrollline line USING unnest(%s::int[], %s::int[]) AS stopped (sheet_no, row)
                WHERE line.batch_id = %s AND line.sheet_no = stopped.sheet_no AND line.row = stopped.row
                """,
                [list(sheets), list(rows), batch_id],
            )


def rejected_replace(batch_id: int, rows: Iterable[tuple[int, int, dict[str, str]]]) -> None:
    """Store what the rows with errors show (masked), instead of any the batch had."""
    PayrollRejectedRow.objects.filter(batch_id=batch_id).delete()
    copy_rows(
        "payroll_payrollrejectedrow (batch_id, sheet_no, row, cells)",
        (
            f"{batch_id}\t{sheet_no}\t{row}\t{text_of(json.dumps(cells, ensure_ascii=False), None)}\n"
            for sheet_no, row, cells in rows
        ),
    )


def _line(batch_id: int, line, worker: int, card: int | None) -> str:
    (row, _name, _id, _phone, _card, _bank, crew, trade, days, hours, price, gross, deductions, advance, net) = line[
        :15
    ]
    remark = text_of(line.remark, REMARK_LENGTH) if line.remark else ""
    return (
        f"{batch_id}\t{row}\t{worker}\t{value_of(card)}\t{_short(crew, CREW_LENGTH)}\t{_short(trade, TRADE_LENGTH)}\t"
        f"{_figure(days)}\t{_figure(hours)}\t{_figure(price)}\t{_figure(gross)}\t{_figure(deductions)}\t"
        f"{_figure(advance)}\t{_figure(net)}\t{remark}\t{line.sheet_no}\n"
    )


# Crews, trades and amounts repeat, and writing a Decimal out takes a microsecond.
_short = lru_cache(maxsize=4096)(text_of)


@lru_cache(maxsize=65_536)
def _figure(value: Decimal | None) -> str:
    return NULL if value is None else str(value)
