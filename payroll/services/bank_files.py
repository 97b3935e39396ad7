"""Payments as the bytes of a bank's file; the same payments give the same bytes."""

import csv
import datetime
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO

from payroll.rules.bank_files import Layout, Payer, Payment, cells_of, fixed_line, summary_of
from responsibilities.rules.errors import Refused
from sheets.writing import write_plain_xlsx

# Bytes don't depend on the hour; the file's row in the database says when it was made.
EPOCH = datetime.datetime(2020, 5, 1)  # noqa: DTZ001 - a workbook's clock has no zone


def bank_file_bytes(layout: Layout, payments: Sequence[Payment], payer: Payer) -> bytes:
    """The file in the layout. Refused `does_not_fit` where a text is too long for a fixed-width place.

    No value can be taken for a formula or a separator: names are checked by `is_plain` before, the rest is ours.
    """
    rows = list(cells_of(layout, payments, payer))
    total = sum((payment.amount for payment in payments), Decimal(0))
    if layout.kind == "fixed":
        try:
            lines = [fixed_line(layout, row) for row in rows]
        except ValueError as error:
            raise Refused("does_not_fit", "有姓名或附言超过银行文件规定的长度，请换用其他版式。") from error
        return b"".join(line + b"\r\n" for line in lines)
    table: list[Sequence[str | Decimal]] = [[line] for line in layout.above]
    if layout.summary == "first":
        table.append(summary_of(layout, len(payments), total))
    if layout.header:
        table.append([cell.title for cell in layout.cells])
    table += rows
    if layout.summary == "last":
        table.append(summary_of(layout, len(payments), total))
    if layout.kind == "xlsx":
        box = BytesIO()
        write_plain_xlsx(box, "代发", table, EPOCH)
        return box.getvalue()
    text = StringIO()
    csv.writer(text, delimiter=layout.separator, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(layout.encoding)
