"""A sheet's remarks into the database, in the caller's transaction: errors first, then the others, each by their place.

Mostly they are few, and are copied when the sheet is through. Too many to be held wait in a temporary table, which
PostgreSQL puts in order at the end.
"""

from collections.abc import Collection, Iterable

from django.db import connection

from payroll.models import PayrollRemark
from payroll.rules.remarks import LONGEST, Remark
from payroll.services.copying import copy_in, copy_rows, text_of, value_of
from payroll.services.courier import Courier

COLUMNS = "sheet_no, row, cell, code, severity, message"


class WaitingRemarks:
    """Remarks that came while the sheet was read; `give` is what `Understood.chunks` wants."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self.count = 0

    def give(self, order: int, remarks: list[Remark]) -> None:
        """Let them wait; of several at one place those of a lower order come first, then the earlier ones."""
        if not remarks:
            return
        if not self.count:
            self._courier.call(_make_room)
        rows = enumerate(remarks, start=self.count + 1)
        self.count += len(remarks)
        text = "".join([f"{order}\t{number}\t{_row(remark)}" for number, remark in rows])
        self._courier.call(copy_in, f"payroll_waiting_remark (kind, number, {COLUMNS})", text)


def remarks_replace(batch_id: int, remarks: Iterable[Remark]) -> None:
    """Store the batch's remarks in this order, instead of any it had."""
    PayrollRemark.objects.filter(batch_id=batch_id).delete()
    target = f"payroll_payrollremark (batch_id, {COLUMNS})"
    copy_rows(target, (f"{batch_id}\t{_row(remark)}" for remark in remarks))


def waiting_remarks_store(batch_id: int, taken_back: Iterable[tuple[int, str]]) -> None:
    """Store what waited instead of any remarks the batch had, without those of a sheet and code taken back."""
    PayrollRemark.objects.filter(batch_id=batch_id).delete()
    sheets, codes = zip(*taken_back, strict=True) if taken_back else ((), ())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO payroll_payrollremark (batch_id, {COLUMNS})
            SELECT %s, {COLUMNS} FROM payroll_waiting_remark
            WHERE (sheet_no, code) NOT IN (SELECT * FROM unnest(%s::int[], %s::text[]))
            ORDER BY severity <> 'error', sheet_no, row NULLS FIRST, kind, number
            """,  # noqa: S608 - our own columns
            [batch_id, list(sheets), list(codes)],
        )
        cursor.execute("DROP TABLE payroll_waiting_remark")


def remarks_forget(batch_id: int, places: Collection[tuple[str, int, int]]) -> None:
    """Take remarks out again, told by code, sheet and row (0: of the whole batch)."""
    if not places:
        return
    codes, sheets, rows = zip(*places, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM payroll_payrollremark WHERE batch_id = %s AND (code, sheet_no, coalesce(row, 0)) IN (
                SELECT * FROM unnest(%s::text[], %s::int[], %s::int[]))
            """,
            [batch_id, list(codes), list(sheets), list(rows)],
        )


def _make_room() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE payroll_waiting_remark ON COMMIT DROP AS
            SELECT 0::smallint AS kind, 0 AS number, {COLUMNS} FROM payroll_payrollremark LIMIT 0
            """  # noqa: S608 - our own columns
        )


def _row(remark: Remark) -> str:
    return (
        f"{remark.sheet_no}\t{value_of(remark.row or None)}\t{remark.cell or ''}\t{remark.code}\t"
        f"{remark.severity}\t{text_of(remark.message, LONGEST)}\n"
    )
