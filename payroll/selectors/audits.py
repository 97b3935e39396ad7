"""What 总包 looks at before approving: answers, contests, differences, attendance, money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from payroll.models import PayConfirmation, PayContest, PayrollBatch, PayrollLine, PayrollRemark
from payroll.rules.audit import AuditFacts
from payroll.rules.checks.attendance import DaysOverAttendance, DaysUnderAttendance
from payroll.rules.checks.batch import NAMES_TOLD
from payroll.rules.contests import UNSETTLED
from payroll.rules.places import sheet_words
from payroll.selectors.attendance_facts import attendance_known_unscoped, attendance_of_month_unscoped
from payroll.selectors.batches import lines_of, of_every_version
from payroll.selectors.month_facts import paid_by_others_unscoped
from projects.models import ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.people import others_who_may_unscoped

State = PayConfirmation.State
SHOWN = 60


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """A line worth a look, with why."""

    line: object
    why: list[str]
    attended: Decimal | None
    sheet: str = ""  # where several were read

    @property
    def place(self) -> str:
        """The line's place as the form of the return has it."""
        return f"{self.line.sheet_no}-{self.line.row}"


class LineDays(NamedTuple):
    """A line's days: what the sheet states (None: piecework), what is on record, by how much the sheet states more;
    0 where that says nothing.
    """

    line_id: int
    stated: Decimal | None
    on_record: Decimal
    differs: Decimal


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A contest that was taken up, and the worker's line in the sheet that counts now."""

    contest: PayContest
    line: PayrollLine

    @property
    def changed(self) -> bool:
        """Whether the line says something else than what was contested: another card, or other days or pay."""
        before, line = self.contest.figures, self.line
        if self.contest.reason == PayContest.Reason.NOT_MY_CARD:
            return (line.card.last4 if line.card else None) != before.get("card_last4")
        return f"{line.net}" != before.get("net") or f"{line.days}" != before.get("days", "None")

    @property
    def words(self) -> str:
        """What whoever audits reads beside the line."""
        said = f"，应当是 {self.contest.should_be}" if self.contest.should_be else ""
        what = "工资卡" if self.contest.reason == PayContest.Reason.NOT_MY_CARD else "天数或金额"
        done = f"这份表的{what}已改过，请核对是否改对" if self.changed else "这份表还没有更正，请退回更正"
        return f"异议已采纳{said}，{done}"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Days in the sheet against days on record."""

    paid_days: Decimal
    attended_days: Decimal
    over: int  # lines that state more days than are on record
    under: int  # and fewer: somebody may be paid too little


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People whom the employer's attendance names and no sheet of the month pays: `names` are the first few of them."""

    people: int
    days: Decimal
    names: list[str]


def audit_facts_unscoped(batch: PayrollBatch) -> AuditFacts:
    """What decides, read inside the transaction of the audit."""
    answers = PayConfirmation.objects.filter(batch=batch).exclude(state=State.VOID)
    return AuditFacts(
        asked=answers.count(),
        confirmed=answers.filter(state=State.CONFIRMED).count(),
        unsettled=PayContest.objects.filter(**of_every_version(batch, "batch__"), state__in=sorted(UNSETTLED)).count(),
        taken_up=sum(one.contest.batch_id == batch.pk or not one.changed for one in taken_up(batch)),
    )


def taken_up(batch: PayrollBatch) -> list[TakenUp]:
    """Contests that were taken up and that the worker hasn't agreed to since, each beside his line in this sheet.

    Of this sheet: as long as he disputes it. Of an earlier version: his latest, until he answers this sheet. Two
    queries, however many there are.
    """
    own: list[PayContest] = []
    earlier: dict[int, PayContest] = {}
    accepted = PayContest.objects.filter(**of_every_version(batch, "batch__"), state=PayContest.State.ACCEPTED)
    for contest in accepted.order_by("id").select_related("confirmation__line__card"):
        if contest.batch_id != batch.pk:
            earlier[contest.confirmation.line.worker_id] = contest
        elif contest.confirmation.state == State.CONTESTED:
            own.append(contest)
    found = [TakenUp(contest, contest.confirmation.line) for contest in own]
    silent = PayConfirmation.objects.filter(batch=batch, state=State.PENDING, line__worker_id__in=earlier)
    for asked in silent.order_by("line_id").select_related("line__card"):
        found.append(TakenUp(earlier[asked.line.worker_id], asked.line))
    return found


def may_somebody_else_audit_unscoped(batch: PayrollBatch, user_id: int) -> bool:
    """Whether the general contractor has another person who audits."""
    contractor = organization_of_part_unscoped(batch.project, ProjectParty.Part.GENERAL_CONTRACTOR)
    if contractor is None:
        return False
    return others_who_may_unscoped(Permission.PAYROLL_AUDIT, organization_id=contractor.pk, besides=user_id)


def attendance_of(compared: Sequence[LineDays] | None) -> Attendance | None:
    """What all lines of a batch state against what is on record; None where there is nothing to compare with."""
    if compared is None:
        return None
    return Attendance(
        paid_days=sum((one.stated or Decimal(0) for one in compared), Decimal(0)),
        attended_days=sum((one.on_record for one in compared), Decimal(0)),
        over=sum(one.differs > 0 for one in compared),
        under=sum(one.differs < 0 for one in compared),
    )


def days_compared(batch: PayrollBatch) -> list[LineDays] | None:
    """Days of each line of a visible batch against the attendance on record today, in the order of the file; None
    where there is nothing to compare with: no attendance for the month, or back pay, which is for days that its
    month's own sheet states.

    As the checks of attendance have it: a line without days (piecework) says nothing, and who is paid by another
    employer of the project too has the rest of the days there.
    """
    if batch.kind == PayrollBatch.Kind.BACK_PAY or not attendance_known_unscoped(
        batch.project_id, batch.month_on, subcontractor_id=batch.subcontractor_id
    ):
        return None
    known = attendance_of_month_unscoped(batch.project_id, batch.month_on)
    shared = paid_by_others_unscoped(batch.project_id, batch.month_on, batch.subcontractor_id)
    compared = []
    for pk, worker_id, days in batch.lines.order_by("sheet_no", "row").values_list("pk", "worker_id", "days"):
        on_record = known[worker_id].days if worker_id in known else Decimal(0)
        differs = Decimal(0) if days is None else days - on_record
        if differs < 0 and worker_id in shared:
            differs = Decimal(0)
        compared.append(LineDays(pk, days, on_record, differs))
    return compared


def attended_unpaid(batch: PayrollBatch) -> LeftOut | None:
    """Who is in this employer's attendance of the month today, and in no submitted sheet of the month on this project,
    back pay and other employers' included; None where that is nobody. One query. Back pay isn't asked.
    """
    if batch.kind == PayrollBatch.Kind.BACK_PAY:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT name FROM payroll_worker WHERE id = day.worker_id),
                   count(*) OVER (), sum(sum(day.days)) OVER ()
            FROM payroll_attendanceday day
            WHERE day.project_id = %s AND day."on" >= %s AND day."on" < %s::date + interval '1 month'
              AND day.subcontractor_id IS NOT DISTINCT FROM %s
              AND NOT EXISTS (
                  SELECT FROM payroll_payrollbatch paid JOIN payroll_payrollline line ON line.batch_id = paid.id
                  WHERE paid.project_id = %s AND paid.month_on = %s AND paid.status = 'submitted'
                    AND line.worker_id = day.worker_id)
            GROUP BY day.worker_id ORDER BY day.worker_id LIMIT %s
            """,
            [
                batch.project_id,
                batch.month_on,
                batch.month_on,
                batch.subcontractor_id,
                batch.project_id,
                batch.month_on,
                NAMES_TOLD,
            ],
        )
        rows = cursor.fetchall()
    return LeftOut(rows[0][1], rows[0][2], [name for name, *_sums in rows]) if rows else None


def attention_rows(scope: Scope, batch: PayrollBatch, compared: Sequence[LineDays] | None) -> list[AttentionRow]:
    """`compared` is the batch's `days_compared`. Lines with a contest that is unsettled, or taken up and not corrected
    yet, those whose days differ from the attendance on record today, and lines with a remark; in this order, a page
    full.
    """
    why: dict[int, list[str]] = {}
    for one in taken_up(batch):
        why.setdefault(one.line.pk, []).append(one.words)
    for contest in PayContest.objects.filter(batch=batch, state__in=sorted(UNSETTLED)).select_related("confirmation"):
        said = contest.get_reason_display() + (f"，应当是 {contest.should_be}" if contest.should_be else "")
        why.setdefault(contest.confirmation.line_id, []).append(f"工人有异议：{said}")
    for pk, days, on_record, differs in compared or ():
        if differs:
            said = (
                f"少 {_plain(-differs)} 天，请核对是否少发工资"
                if differs < 0
                else f"多 {_plain(differs)} 天，请核对考勤"
            )
            why.setdefault(pk, []).append(f"工资表 {_plain(days)} 天，考勤记录 {_plain(on_record)} 天，{said}")
    remarks = PayrollRemark.objects.filter(batch=batch, row__isnull=False).exclude(
        severity=PayrollRemark.Severity.NOTICE
    )
    if compared is not None:
        # Attendance may have come, or been corrected, after the sheet was submitted: what it says today counts.
        remarks = remarks.exclude(code__in=(DaysOverAttendance.code, DaysUnderAttendance.code))
    told = list(remarks.order_by("sheet_no", "row", "id").values_list("sheet_no", "row", "message")[: SHOWN * 5])
    named = batch.lines.filter(row__in={row for _sheet_no, row, _message in told})
    places = {(sheet_no, row): pk for pk, sheet_no, row in named.values_list("pk", "sheet_no", "row")}
    for sheet_no, row, message in told:
        if (sheet_no, row) in places:
            why.setdefault(places[sheet_no, row], []).append(message)
    picked = list(why)[:SHOWN]
    lines = {line.pk: line for line in lines_of(scope, batch).filter(pk__in=picked)}
    known = (
        attendance_of_month_unscoped(batch.project_id, batch.month_on, [line.worker_id for line in lines.values()])
        if lines
        else {}
    )
    names = batch.sheet_names
    return [
        AttentionRow(
            lines[pk],
            why[pk],
            known[lines[pk].worker_id].days if lines[pk].worker_id in known else None,
            sheet_words(lines[pk].sheet_no, names),
        )
        for pk in picked
        if pk in lines
    ]


def _plain(days: Decimal) -> str:
    return f"{days.normalize():f}"


def same_origin(batch: PayrollBatch, minimum: int) -> int:
    """How many workers of a visible batch confirmed from a telephone from which at least `minimum` did.

    Who contests from a colleague's telephone speaks for himself.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(answered), 0) FROM (SELECT count(*) AS answered FROM payroll_payconfirmation"
            " WHERE batch_id = %s AND origin IS NOT NULL AND state = 'confirmed' GROUP BY origin HAVING count(*) >= %s) many",
            [batch.pk, minimum],
        )
        return int(cursor.fetchone()[0])
