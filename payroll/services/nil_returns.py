"""本月无用工: an employer had nobody on a site in a month, signed by name. It counts as the month's submission."""

import datetime

from django.db import connection, transaction

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.employers import employer_words
from payroll.rules.month import Month
from payroll.rules.signing import UNSIGNED
from payroll.selectors import declarations
from payroll.selectors.nil_returns import employer_since_unscoped, present_in_month
from payroll.services.acts import act_event, act_record, batch_supersede, siblings, statement_signed
from payroll.services.enrolling import batch_let_go
from payroll.services.uploads import require_employer
from responsibilities.models import Organization
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor

Status = PayrollBatch.Status


@transaction.atomic
def nil_return(
    *,
    project,
    month_on: datetime.date,
    subcontractor: Organization | None,
    reason: str,
    actor: Actor,
    scope=None,
    signed_name: str | None = None,
    people: int = 0,
    people_reason: str = "",
) -> PayrollBatch:
    """State that nobody was employed. A sheet that comes later supersedes it.

    Where the register has people of the employer on site in the month, the caller says that it was seen how many
    (`people`) and why they had no work all the same (`people_reason`); both stay in the record for whoever reads it.
    Attendance can't be explained away: it is corrected, or pay is owed for it.

    After the month of completion no payroll is asked for (`selectors.missing`): what is owed then is that everybody is
    settled and paid, that this is posted for thirty days and the account closed, and a statement that nobody worked says
    nothing of that and could be taken for it. But repairs and clearing the site are work with wages like any other. So
    where nobody is on record in such a month, the statement is refused as needless; where somebody is, the month counts
    as every other one does, with the doubts above. The month of completion itself is an ordinary month.
    Errors: `month_in_future`, `employer_not_on_project`, `say_why`, `before_start`, `before_employer`,
    `after_completion`,
    `sheet_submitted` (pay says otherwise), `nil_already`, `attendance_exists` (attendance says otherwise),
    `people_on_site` (the register says otherwise), `signature_differs`. Basis: 724 art 15, 27, 28, 31.
    """
    month_on = month_on.replace(day=1)
    if month_on > today():
        message = f"{month_on:%Y-%m} 还没有到，不能申报。请核对月份。"
        raise Refused("month_in_future", message, {"month": message})
    require_employer(scope, project, subcontractor)
    reason = reason.strip()
    if not reason:
        message = "请写明没有用工的原因，例如“冬季停工”“尚未进场”“已退场”。"
        raise Refused("say_why", message, {"reason": message})
    who = employer_words(subcontractor)
    _require_begun(project, subcontractor, month_on, who)
    # Two clerks at once: the second waits here and then finds the first one's statement.
    with connection.cursor() as cursor:
        key = f"payroll-nil:{project.pk}:{month_on}:{subcontractor.pk if subcontractor else ''}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    batch = PayrollBatch(
        project=project,
        month_on=month_on,
        subcontractor=subcontractor,
        kind=PayrollBatch.Kind.NIL,
        status=Status.SUBMITTED,
        uploaded_by=actor.user,
        submitted_by=actor.user,
        submitted_at=now(),
    )
    for row in siblings(batch).select_for_update(of=("self",)).order_by("id"):
        if row.status == Status.SUBMITTED and row.kind == PayrollBatch.Kind.NIL:
            message = f"{who} {month_on:%Y-%m} 已经申报过无用工（批次 #{row.pk}），不用再报。"
            raise Refused("nil_already", message, {"month": message})
        if row.status == Status.SUBMITTED:
            message = f"{who} {month_on:%Y-%m} 已经提交了工资表（批次 #{row.pk}），不能再申报无用工。"
            raise Refused("sheet_submitted", message, {"month": message})
    present = present_in_month(None, project, subcontractor, month_on)
    if present.attended:
        message = (
            f"{who} {month_on:%Y-%m} 有 {present.attended} 人的考勤记录，不能申报无用工。请提交工资表，或先更正考勤。"
        )
        raise Refused("attendance_exists", message, {"month": message})
    if not present.on_site:
        _require_not_completed(project, month_on, who)
    people_reason = people_reason.strip()
    if present.on_site and (people != present.on_site or not people_reason):
        message = (
            f"花名册上{who} {month_on:%Y-%m} 有 {present.on_site} 人在场。确实没有用工的，请写明这些人当月为什么没有用工；"
            "已经退场的，请先登记退场；做了工的，请提交工资表。"
        )
        raise Refused("people_on_site", message, {"people_reason": message})
    on_site = {"on_site": present.on_site, "on_site_reason": people_reason} if present.on_site else {}
    statement = statement_signed(code=declarations.NIL, actor=actor, signed_name=signed_name)
    returned = batch_supersede(batch=batch, actor=actor)
    batch.supersedes = returned
    batch.save()
    if returned is not None:
        batch_let_go(returned)
    act_record(
        batch=batch,
        act=BatchAct.Act.SUBMIT,
        actor=actor,
        signed_name=signed_name,
        statement=statement,
        reason=reason,
        facts=on_site,
    )
    act_event(
        batch=batch,
        action="payroll.nil",
        actor=actor,
        reason=reason,
        changes={
            "month": ["", f"{month_on:%Y-%m}"],
            "employer": ["", who],
            "signed_name": ["", signed_name or UNSIGNED],
        }
        | {name: ["", str(value)] for name, value in on_site.items()},
    )
    touch_projects([project.pk])
    return batch


def _require_begun(project, subcontractor: Organization | None, month_on: datetime.date, who: str) -> None:
    """Refuse a month that ended before the project started, or before anything is known of the subcontractor there.

    A start that isn't on record refuses nothing.
    """
    month = Month(month_on.year, month_on.month)
    if project.actual_start_on and month.last < project.actual_start_on:
        message = (
            f"{project.name}登记的实际开工日期是 {project.actual_start_on}，{month} 还没有开工，不用申报无用工。"
            "月份选错的请改正；开工日期登记错的，请先在项目页更正。"
        )
        raise Refused("before_start", message, {"month": message})
    since = employer_since_unscoped(project, subcontractor)
    if since and month.last < since:
        message = (
            f"{who}在这个项目最早的登记（分包合同、进场或考勤）是 {since}，{month} 还没有进场，不用申报无用工。"
            "月份选错的请改正；登记得晚了的，请先补登记分包合同或进场。"
        )
        raise Refused("before_employer", message, {"month": message})


def _require_not_completed(project, month_on: datetime.date, who: str) -> None:
    """Refuse a month that began after the project was completed; call where nobody is on record in it."""
    if project.completed_on is None or month_on <= project.completed_on:
        return
    month = Month(month_on.year, month_on.month)
    message = (
        f"{project.name}登记的实际竣工日期是 {project.completed_on}，{month} 已经竣工，花名册上{who}当月没有人在场，"
        "不用申报无用工。月份选错的请改正；竣工日期登记错的，请先在项目页更正；"
        "竣工后有人做维修、清场的，请先登记进场，再提交工资表。"
    )
    raise Refused("after_completion", message, {"month": message})
