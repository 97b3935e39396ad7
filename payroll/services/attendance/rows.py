"""An attendance sheet's rows and problems into the database by COPY, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from io import StringIO

from django.db import connection

from payroll.imports.attendance.parsed import PersonMonth, Remark
from payroll.models import AttendanceProblem, AttendanceRow
from responsibilities.rules.identifiers import mask_id

CHUNK = 2000
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\0": None})


def rows_replace(sheet_id: int, people: Sequence[PersonMonth], workers: Sequence[int | None]) -> None:
    """Store the people's months, instead of any the sheet had; in chunks, so that memory is bounded."""
    AttendanceRow.objects.filter(sheet_id=sheet_id).delete()
    for start in range(0, len(people), CHUNK):
        part = slice(start, start + CHUNK)
        _copy(
            'payroll_attendancerow (sheet_id, "row", worker_id, name, id_masked, crew, marks, days, hours, came_at,'
            " left_at, total_days, total_hours)",
            (_row(sheet_id, *one) for one in zip(people[part], workers[part], strict=True)),
        )


def problems_replace(sheet_id: int, remarks: Iterable[Remark]) -> None:
    """Store errors and warnings, instead of any the sheet had."""
    AttendanceProblem.objects.filter(sheet_id=sheet_id).delete()
    _copy(
        'payroll_attendanceproblem (sheet_id, "row", day, cell, code, severity, message)',
        (
            f"{sheet_id}\t{_null(one.row)}\t{_null(one.day)}\t{_text(one.cell, 12)}\t{one.code}\t{one.severity}\t"
            f"{_text(one.message, 400)}\n"
            for one in remarks
        ),
    )


def _row(sheet_id: int, person: PersonMonth, worker: int | None) -> str:
    masked = mask_id(person.id_number) if person.id_number else ""
    return (
        f"{sheet_id}\t{person.row}\t{_null(worker)}\t{_text(person.name, 60)}\t{masked}\t{_text(person.crew, 60)}\t"
        f"{_texts(person.marks)}\t{_values(person.days)}\t{_values(person.hours)}\t{_times(person.came_at)}\t"
        f"{_times(person.left_at)}\t{person.total_days}\t{person.total_hours}\n"
    )


def _values(values: Sequence) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _times(values: Sequence) -> str:
    """Mostly nobody punched: then the array is empty and the days pad it."""
    return _values(values) if any(values) else "{}"


def _texts(values: Sequence[str]) -> str:
    return ("{" + ",".join([f'"{value.translate(_QUOTED)}"' if value else '""' for value in values]) + "}").translate(
        _SPECIAL
    )


def _text(text: str, length: int) -> str:
    return text[:length].translate(_SPECIAL)


def _null(value: object) -> object:
    return "\\N" if value is None else value


def _copy(target: str, rows: Iterable[str]) -> None:
    text = StringIO()
    text.writelines(rows)
    if not text.tell():
        return
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN", text)
