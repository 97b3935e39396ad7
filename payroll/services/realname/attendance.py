"""`WorkerAttendance.Add`: punches of gates. Kept, paired with what came before, and written as days on site.

A day of a confirmed sheet stays as the employer stated it: a gate that saw somebody later changes no statement.
"""

import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from payroll.models import AttendancePunch
from payroll.rules.attendance import Marks, Measure, Unit
from payroll.rules.attendance_punches import Direction, Punch, days_of_punches
from payroll.selectors.employers import employers_for_people
from payroll.selectors.roster_facts import OnRoster, site_roster_unscoped
from payroll.services.realname.parties import require_citizen_cards, require_rows, subcontractor_of, text
from projects.models import ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.rules.errors import NotAllowed, RowsRefused
from responsibilities.rules.identifiers import id_problem, normalise_id
from responsibilities.selectors.clock import now
from responsibilities.selectors.figures import figure_on
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

LIST = "dataList"
DIRECTIONS = {"01": Direction.IN, "1": Direction.IN, "02": Direction.OUT, "2": Direction.OUT}
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")


@transaction.atomic
def attendance_add(*, project, corp_code: str, rows: list[dict], actor: Actor, scope=None) -> dict[str, int]:
    """Store punches and the days that follow from them: {"punches", "repeated", "days", "kept"}.

    Without `corp_code` (the standard has none here) a worker's employer is the one on the roster. Raises RowsRefused:
    `id_…`, `person_unknown`, `employer_ambiguous`, `date_invalid`, `in_future`, `direction_invalid`; all or nothing.
    """
    require_rows(rows, LIST)
    employers = _employers(scope, project, corp_code)
    errors, found = require_citizen_cards(rows), []
    roster, index_of = site_roster_unscoped(project.pk), vault.blind_indexer("id_number")
    for index, row in enumerate(rows):
        number = normalise_id(text(row, "idCardNumber", 60))
        one, problem = _person(roster.by_index.get(index_of(number)) if number else None, number, employers)
        moment, wrong = _moment(text(row, "date"))
        way = DIRECTIONS.get(text(row, "direction")) if text(row, "direction") else None
        if problem:
            errors.append({"index": index, "field": "idCardNumber", **problem})
        if wrong:
            errors.append({"index": index, "field": "date", **wrong})
        if text(row, "direction") and way is None:
            message = "direction 应为 01（进场）或 02（出场）。"
            errors.append({"index": index, "field": "direction", "code": "direction_invalid", "message": message})
        if one and moment:
            found.append((one.worker, employers[one.employer], moment, way))
    if errors:
        raise RowsRefused(sorted(errors, key=lambda error: error["index"]), LIST)
    before = AttendancePunch.objects.filter(project=project).count()
    AttendancePunch.objects.bulk_create(
        (
            AttendancePunch(project=project, worker_id=worker, subcontractor_id=sub, at=moment, direction=way or "")
            for worker, sub, moment, way in found
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )
    stored = AttendancePunch.objects.filter(project=project).count() - before
    days, kept = _days(
        project, {worker: sub for worker, sub, _at, _way in found}, [moment for _w, _s, moment, _d in found]
    )
    record_event(
        actor=actor,
        action="attendance.api",
        target=project,
        project_id=project.pk,
        changes={"punches": ["", str(stored)], "days": ["", str(days)]},
    )
    touch_projects([project.pk])
    return {"punches": stored, "repeated": len(found) - stored, "days": days, "kept": kept}


def _employers(scope, project, corp_code: str) -> dict[int, int | None]:
    """{employing organization: its subcontractor key, None for own crews} for whom the caller may report."""
    contractor = organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)
    allowed = [subcontractor_of(scope, project, corp_code)] if corp_code else employers_for_people(scope, project)
    if not allowed:
        raise NotAllowed("您的岗位不能报送这个项目的考勤。")
    return {
        (one or contractor).pk: one.pk if one else None for one in allowed if one is not None or contractor is not None
    }


def _person(found: list[OnRoster] | None, number: str, employers: dict) -> tuple[OnRoster | None, dict | None]:
    if id_problem(number):
        return None, {
            "code": "id_invalid",
            "message": "证件号码不是有效的居民身份证号（接口报送明文，不用 AES 加密）。",
        }
    own = [one for one in found or () if one.employer in employers]
    if not own:
        return None, {"code": "person_unknown", "message": "此人不在这个项目的花名册上。请先报送 ProjectWorker.Add。"}
    if len(own) > 1:
        return None, {"code": "employer_ambiguous", "message": "此人在这个项目登记了两家用工单位，请加 corpCode。"}
    return own[0], None


def _moment(value: str) -> tuple[datetime.datetime | None, dict | None]:
    for form in FORMATS:
        try:
            moment = timezone.make_aware(datetime.datetime.strptime(value, form))  # noqa: DTZ007 - Shanghai, made aware
        except ValueError:
            continue
        if moment > now() + datetime.timedelta(minutes=10):
            return None, {"code": "in_future", "message": "刷卡时间还没有到，请核对设备时钟。"}
        return moment, None
    return None, {"code": "date_invalid", "message": "date 应写成 2026-10-08 07:30:00 的样子。"}


def _days(project, workers: dict[int, int | None], moments: list[datetime.datetime]) -> tuple[int, int]:
    """Pair the punches around those just received and write their days; (written, left as a sheet states them)."""
    first = min(moments).date() - datetime.timedelta(days=1)
    last = max(moments).date() + datetime.timedelta(days=2)
    of: dict[int, list[Punch]] = {}
    for worker, at, way in AttendancePunch.objects.filter(
        project=project, worker_id__in=workers, at__date__gte=first, at__date__lte=last
    ).values_list("worker_id", "at", "direction"):
        local = timezone.localtime(at).replace(tzinfo=None, second=0)
        of.setdefault(worker, []).append(Punch(local, Direction(way) if way else None))
    measure = Measure(_figure("attendance_day_hours", first), _figure("attendance_half_day_hours", first))
    marks, longest = Marks(measure=measure, unit=Unit.HOURS), _figure("attendance_longest_shift_hours", first)
    rows = [
        (worker, day, mark)
        for worker, punches in sorted(of.items())
        for day, mark in sorted(days_of_punches(punches, marks=marks, longest=longest).items())
        if first < day < last
    ]
    return _write(project.pk, workers, rows)


def _write(project_id: int, workers: dict[int, int | None], rows: list) -> tuple[int, int]:
    if not rows:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payroll_attendanceday AS known
                (project_id, worker_id, "on", subcontractor_id, days, hours, came_at, left_at, source)
            SELECT %s, given.worker, given.on, given.subcontractor, given.days, given.hours, given.came, given.went, 'api'
            FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::numeric[], %s::numeric[], %s::time[], %s::time[])
                AS given (worker, "on", subcontractor, days, hours, came, went)
            ON CONFLICT (project_id, "on", worker_id) DO UPDATE
            SET days = excluded.days, hours = excluded.hours, came_at = excluded.came_at, left_at = excluded.left_at
            WHERE known.source = 'api'
            """,
            [
                project_id,
                [worker for worker, _day, _mark in rows],
                [day for _worker, day, _mark in rows],
                [workers[worker] for worker, _day, _mark in rows],
                [mark.days for _worker, _day, mark in rows],
                [mark.hours for _worker, _day, mark in rows],
                [mark.times[0] for _worker, _day, mark in rows],
                [mark.times[-1] if len(mark.times) > 1 else None for _worker, _day, mark in rows],
            ],
        )
        return cursor.rowcount, len(rows) - cursor.rowcount


def _figure(code: str, on: datetime.date) -> Decimal:
    return Decimal(figure_on(code, on) or 0)
