"""Reading a queued attendance sheet: claim, understand, then one transaction that makes it a draft."""

from decimal import Decimal

from django.db import transaction
from django.db.models import F

from payroll.imports.attendance.layouts import parse_attendance
from payroll.imports.attendance.parsed import ParsedAttendance
from payroll.models import AttendanceSheet
from payroll.rules.attendance import Measure
from payroll.rules.month import Month
from payroll.selectors.employers import require_employer
from payroll.services.attendance.matching import match_people
from payroll.services.attendance.rows import problems_replace, rows_replace
from payroll.services.queue import ATTENDANCE
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import today
from responsibilities.selectors.figures import figure_on
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from sheets.reader import read
from sheets.refusal import Refusal

Status = AttendanceSheet.Status
MOST_PROBLEMS = 5000


class Overtaken(Exception):
    """The sheet was withdrawn, or given to another reader, while this one was at work."""


def attendance_read(sheet_id: int) -> bool:
    """Read a sheet if nobody else does; whether there was something to read. Safe to ring at any time and to kill
    at any moment: attempts are counted first, and everything is stored in one transaction."""
    with ATTENDANCE.alone(sheet_id) as alone:
        sheet = ATTENDANCE.claim(sheet_id) if alone else None
        if sheet is None:
            return False
        try:
            _read(sheet)
        except Refusal as refusal:
            _refuse(sheet, refusal.code, refusal.message)
        except Refused as refused:
            _refuse(sheet, refused.code, refused.message)
        except Overtaken:
            return False
        except BaseException:
            ATTENDANCE.give_up(sheet)
            raise
        return True


def parse_file(data: bytes, month: Month) -> ParsedAttendance:
    """What a file says, with the figures in force; raises `sheets.refusal.Refusal`."""
    return parse_attendance(
        read(data),
        month=month,
        measure=Measure(_figure("attendance_day_hours", month), _figure("attendance_half_day_hours", month)),
        longest_shift=_figure("attendance_longest_shift_hours", month),
    )


def _read(sheet: AttendanceSheet) -> None:
    month = Month(sheet.month_on.year, sheet.month_on.month)
    employer = require_employer(None, sheet.project, sheet.subcontractor)
    parsed = parse_file(vault.unseal_bytes(sheet.file.sealed, "file"), month)
    workers = match_people(
        parsed,
        project_id=sheet.project_id,
        employer_id=employer.pk,
        subcontractor_id=sheet.subcontractor_id,
        today=today(),
    )
    _store(sheet, parsed, workers)


def _store(sheet: AttendanceSheet, parsed: ParsedAttendance, workers: list[int | None]) -> None:
    errors = sum(1 for remark in parsed.remarks if remark.severity == "error")
    matched = [person for person, worker in zip(parsed.people, workers, strict=True) if worker is not None]
    with transaction.atomic():
        rows_replace(sheet.pk, parsed.people, workers)
        ordered = sorted(parsed.remarks, key=lambda one: (one.severity != "error", one.row or 0))
        problems_replace(sheet.pk, ordered[:MOST_PROBLEMS])
        stored = AttendanceSheet.objects.filter(pk=sheet.pk, status=Status.READING, attempts=sheet.attempts).update(
            status=Status.DRAFT,
            annotated=None,
            layout=parsed.layout,
            sheet=parsed.sheet[:80],
            legend=parsed.legend,
            ignored_rows=parsed.ignored_rows[:1000],
            rows=len(parsed.people),
            rows_done=len(parsed.people),
            matched=len(matched),
            errors=errors,
            warnings=len(parsed.remarks) - errors,
            total_days=sum((person.total_days for person in matched), Decimal(0)),
            version=F("version") + 1,
        )
        if not stored:
            raise Overtaken()
        record_event(
            actor=Actor.system("payroll.read_attendance"),
            action="attendance.read",
            target=sheet,
            project_id=sheet.project_id,
            changes={
                "layout": ["", parsed.layout],
                "people": ["", str(len(parsed.people))],
                "matched": ["", str(len(matched))],
                "errors": ["", str(errors)],
            },
        )


@transaction.atomic
def _refuse(sheet: AttendanceSheet, code: str, message: str) -> None:
    refused = AttendanceSheet.objects.filter(pk=sheet.pk, status=Status.READING, attempts=sheet.attempts).update(
        status=Status.REFUSED, refused_code=code[:30], refused_message=message[:400], version=F("version") + 1
    )
    if refused:
        record_event(
            actor=Actor.system("payroll.read_attendance"),
            action="attendance.refuse",
            target=sheet,
            project_id=sheet.project_id,
            changes={"code": ["", code]},
        )


def _figure(code: str, month: Month) -> Decimal:
    value = figure_on(code, month.first)
    if value is None:
        raise Refused("figure_missing", f"{month.chinese}没有“{code}”的有效数值，无法换算考勤。请联系系统管理员。")
    return Decimal(value)
