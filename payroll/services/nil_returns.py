"""本月无用工: an employer had nobody on a site in a month, signed by name. It counts as the month's submission."""

import datetime

from django.db import connection, transaction

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.signing import UNSIGNED
from payroll.selectors import declarations
from payroll.selectors.attendance_facts import attendance_known_unscoped
from payroll.services.acts import act_event, act_record, batch_supersede, siblings, statement_signed
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
) -> PayrollBatch:
    """State that nobody was employed. A sheet that comes later supersedes it.

    Errors: `month_in_future`, `employer_not_on_project`, `say_why`, `sheet_submitted` (pay says otherwise),
    `nil_already`, `attendance_exists` (attendance says otherwise), `signature_differs`. Basis: 724 art 15, 31.
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
    who = subcontractor.name if subcontractor else "总包自有班组"
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
    if attendance_known_unscoped(project.pk, month_on, subcontractor_id=subcontractor.pk if subcontractor else None):
        message = f"{who} {month_on:%Y-%m} 有考勤记录，不能申报无用工。请提交工资表，或先更正考勤。"
        raise Refused("attendance_exists", message, {"month": message})
    statement = statement_signed(code=declarations.NIL, actor=actor, signed_name=signed_name)
    returned = batch_supersede(batch=batch, actor=actor)
    batch.supersedes = returned
    batch.save()
    act_record(
        batch=batch,
        act=BatchAct.Act.SUBMIT,
        actor=actor,
        signed_name=signed_name,
        statement=statement,
        reason=reason,
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
        },
    )
    touch_projects([project.pk])
    return batch
