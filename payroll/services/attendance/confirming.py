"""Confirming and withdrawing a draft of attendance; the days themselves are written in one statement."""

from django.db import connection, transaction

from payroll.models import AttendanceSheet
from payroll.selectors.attendance import may_keep
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

Status = AttendanceSheet.Status


@transaction.atomic
def attendance_confirm(
    *, sheet_id: int, actor: Actor, scope=None, version: int | None = None, matched: int | None = None
) -> AttendanceSheet:
    """Make a draft the month's attendance of its employer: the days of the sheet before go, these come.

    Rows that fit nobody are not in it. `matched` is the number of people whom the person was shown and agreed to.
    Days that another employer of the site reported meanwhile stay theirs. Confirming again changes nothing.
    Errors: `nothing_to_confirm`, `not_a_draft`, `edited_meanwhile`, `count_differs`.
    """
    sheet = _locked(sheet_id, scope)
    if sheet.status == Status.CONFIRMED:
        return sheet
    if version is not None and sheet.version != version:
        raise EditedMeanwhile("这份考勤表")
    if sheet.status != Status.DRAFT:
        raise Refused("not_a_draft", f"这份考勤表现在是“{sheet.get_status_display()}”，只有“待确认”的可以确认。")
    if not sheet.matched:
        raise Refused(
            "nothing_to_confirm", "这份考勤表没有一个人能对应到花名册。请先登记进场或补上身份证号，再重新上传。"
        )
    if matched is not None and matched != sheet.matched:
        raise Refused(
            "count_differs", f"您确认的是 {matched} 人，而现在能计入的是 {sheet.matched} 人。请核对后重新确认。"
        )
    before = _siblings(sheet).filter(status=Status.CONFIRMED).first()
    if before is not None:
        before.status = Status.SUPERSEDED
        before.version += 1
        before.save(update_fields=["status", "version"])
    sheet.status, sheet.confirmed_by, sheet.confirmed_at = Status.CONFIRMED, actor.user, now()
    sheet.version += 1
    sheet.save(update_fields=["status", "confirmed_by", "confirmed_at", "version"])
    days = _write_days(sheet, before)
    record_event(
        actor=actor,
        action="attendance.confirm",
        target=sheet,
        project_id=sheet.project_id,
        changes={
            "status": [Status.DRAFT.label, Status.CONFIRMED.label],
            "people": ["", str(sheet.matched)],
            "total_days": ["", str(sheet.total_days)],
            "days": ["", str(days)],
            "supersedes": ["", str(before.pk) if before else ""],
            "sha256": ["", sheet.file.sha256],
        },
    )
    touch_projects([sheet.project_id])
    return sheet


@transaction.atomic
def attendance_discard(*, sheet_id: int, actor: Actor, scope=None, version: int | None = None) -> AttendanceSheet:
    """Withdraw a sheet that was not confirmed. A confirmed one is only ever superseded."""
    sheet = _locked(sheet_id, scope)
    if sheet.status == Status.DISCARDED:
        return sheet
    if sheet.status in (Status.CONFIRMED, Status.SUPERSEDED):
        raise Refused("already_confirmed", "已确认的考勤表不能撤回。如有错误，请上传更正后的表，确认后自动替换这一份。")
    if version is not None and sheet.version != version:
        raise EditedMeanwhile("这份考勤表")
    before, sheet.status = sheet.get_status_display(), Status.DISCARDED
    sheet.version += 1
    sheet.save(update_fields=["status", "version"])
    record_event(
        actor=actor,
        action="attendance.discard",
        target=sheet,
        project_id=sheet.project_id,
        changes={"status": [before, sheet.get_status_display()]},
    )
    return sheet


def _write_days(sheet: AttendanceSheet, before: AttendanceSheet | None) -> int:
    with connection.cursor() as cursor:
        if before is not None:
            cursor.execute("DELETE FROM payroll_attendanceday WHERE sheet_id = %s", [before.pk])
        cursor.execute(
            """
            INSERT INTO payroll_attendanceday AS known
                (project_id, worker_id, "on", subcontractor_id, days, hours, came_at, left_at, source, sheet_id)
            SELECT %(project)s, line.worker_id, %(first)s::date + (day.at - 1)::int, %(subcontractor)s,
                   day.days, day.hours, day.came_at, day.left_at, 'sheet', line.sheet_id
            FROM payroll_attendancerow line
            CROSS JOIN LATERAL unnest(line.days, line.hours, line.came_at, line.left_at)
                WITH ORDINALITY AS day (days, hours, came_at, left_at, at)
            WHERE line.sheet_id = %(sheet)s AND line.worker_id IS NOT NULL AND day.days > 0
            ORDER BY 3, 2
            ON CONFLICT (project_id, "on", worker_id) DO UPDATE
            SET days = excluded.days, hours = excluded.hours, came_at = excluded.came_at, left_at = excluded.left_at,
                source = excluded.source, sheet_id = excluded.sheet_id
            WHERE known.subcontractor_id IS NOT DISTINCT FROM excluded.subcontractor_id
            """,
            {
                "project": sheet.project_id,
                "first": sheet.month_on,
                "subcontractor": sheet.subcontractor_id,
                "sheet": sheet.pk,
            },
        )
        return cursor.rowcount


def _locked(sheet_id: int, scope) -> AttendanceSheet:
    """The sheet with its siblings locked in id order: two who confirm one month take turns."""
    sheet = AttendanceSheet.objects.filter(pk=sheet_id).first()
    if sheet is None or not may_keep(scope, sheet, look=True):
        raise NotVisible("没有找到这份考勤表，或者它不在您的管辖范围内。")
    if not may_keep(scope, sheet):
        raise NotAllowed()
    siblings = _siblings(sheet).select_for_update(of=("self",)).select_related("file").order_by("id")
    return {row.pk: row for row in siblings}[sheet_id]


def _siblings(sheet: AttendanceSheet):
    return AttendanceSheet.objects.filter(
        project_id=sheet.project_id, month_on=sheet.month_on, subcontractor_id=sheet.subcontractor_id
    )
