"""What 总包 looks at before approving: answers, contests, differences, attendance, money."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from payroll.models import PayConfirmation, PayContest, PayrollBatch, PayrollRemark
from payroll.rules.audit import AuditFacts
from payroll.rules.contests import UNSETTLED
from payroll.selectors.attendance_facts import attendance_known_unscoped, attendance_of_month_unscoped
from payroll.selectors.batches import lines_of
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


@dataclass(frozen=True, slots=True)
class Attendance:
    """Days in the sheet against days on record."""

    paid_days: Decimal
    attended_days: Decimal
    over: int  # lines that state more days than are on record
    under: int  # and fewer: somebody may be paid too little


def audit_facts_unscoped(batch: PayrollBatch) -> AuditFacts:
    """What decides, read inside the transaction of the audit."""
    answers = PayConfirmation.objects.filter(batch=batch).exclude(state=State.VOID)
    return AuditFacts(
        asked=answers.count(),
        confirmed=answers.filter(state=State.CONFIRMED).count(),
        unsettled=PayContest.objects.filter(batch=batch, state__in=sorted(UNSETTLED)).count(),
        taken_up=PayContest.objects.filter(
            batch=batch, state=PayContest.State.ACCEPTED, confirmation__state=State.CONTESTED
        ).count(),
    )


def may_somebody_else_audit_unscoped(batch: PayrollBatch, user_id: int) -> bool:
    """Whether the general contractor has another person who audits."""
    contractor = organization_of_part_unscoped(batch.project, ProjectParty.Part.GENERAL_CONTRACTOR)
    if contractor is None:
        return False
    return others_who_may_unscoped(Permission.PAYROLL_AUDIT, organization_id=contractor.pk, besides=user_id)


def attendance_of(batch: PayrollBatch) -> Attendance | None:
    """Days of a visible batch against the attendance on record; None where there is none for the month."""
    if not attendance_known_unscoped(batch.project_id, batch.month_on, subcontractor_id=batch.subcontractor_id):
        return None
    known = attendance_of_month_unscoped(batch.project_id, batch.month_on)
    paid = attended = Decimal(0)
    over = under = 0
    for worker_id, days in batch.lines.values_list("worker_id", "days"):
        facts = known.get(worker_id)
        on_record = facts.days if facts else Decimal(0)
        paid += days or 0
        attended += on_record
        over += (days or 0) > on_record
        under += (days or 0) < on_record
    return Attendance(paid, attended, over, under)


def attention_rows(scope: Scope, batch: PayrollBatch) -> list[AttentionRow]:
    """Lines with a contest that is unsettled, or taken up and not corrected yet, and lines with a remark; contests
    first, a page full.
    """
    why: dict[int, list[str]] = {}
    taken_up = PayContest.objects.filter(
        batch=batch, state=PayContest.State.ACCEPTED, confirmation__state=State.CONTESTED
    )
    for contest in taken_up.order_by("id").select_related("confirmation__line"):
        line = contest.confirmation.line
        said = f"，应当是 {contest.should_be}" if contest.should_be else ""
        changed = f"{line.net}" != contest.figures.get("net") or f"{line.days}" != contest.figures.get("days", "None")
        done = "这份表的天数或金额已改过，请核对是否改对" if changed else "这份表还没有更正，请退回更正"
        why.setdefault(line.pk, []).append(f"异议已采纳{said}，{done}")
    for contest in PayContest.objects.filter(batch=batch, state__in=sorted(UNSETTLED)).select_related("confirmation"):
        said = contest.get_reason_display() + (f"，应当是 {contest.should_be}" if contest.should_be else "")
        why.setdefault(contest.confirmation.line_id, []).append(f"工人有异议：{said}")
    rows = {row: pk for pk, row in batch.lines.values_list("pk", "row")}
    remarks = PayrollRemark.objects.filter(batch=batch, row__isnull=False).exclude(
        severity=PayrollRemark.Severity.NOTICE
    )
    for row, message in remarks.order_by("row", "id").values_list("row", "message")[: SHOWN * 5]:
        if row in rows:
            why.setdefault(rows[row], []).append(message)
    picked = list(why)[:SHOWN]
    lines = {line.pk: line for line in lines_of(scope, batch).filter(pk__in=picked)}
    known = (
        attendance_of_month_unscoped(batch.project_id, batch.month_on, [line.worker_id for line in lines.values()])
        if lines
        else {}
    )
    return [
        AttentionRow(lines[pk], why[pk], known[lines[pk].worker_id].days if lines[pk].worker_id in known else None)
        for pk in picked
        if pk in lines
    ]


def same_origin(batch: PayrollBatch, minimum: int) -> int:
    """How many workers of a visible batch answered from a telephone from which at least `minimum` others did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(answered), 0) FROM (SELECT count(*) AS answered FROM payroll_payconfirmation"
            " WHERE batch_id = %s AND origin IS NOT NULL AND state <> 'void' GROUP BY origin HAVING count(*) >= %s) many",
            [batch.pk, minimum],
        )
        return int(cursor.fetchone()[0])
