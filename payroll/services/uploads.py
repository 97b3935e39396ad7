"""Taking a sheet in: the sealed original and a queued batch; reading it is a worker's business."""

import datetime
import hashlib

from django.db import connection, transaction
from django.db.models import Max

from payroll.models import PayrollBatch
from payroll.rules.employers import employer_words
from payroll.selectors.batches import LIVE, employers_for_upload
from payroll.selectors.layouts import columns_confirmed_since_unscoped
from payroll.services.stored_files import file_store
from responsibilities.models import Organization
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.selectors.clock import today
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.uploads import require_sheet

READ_TASK = "payroll.read_batch"


def batch_upload(
    *,
    project,
    month_on: datetime.date,
    subcontractor: Organization | None,
    name: str,
    data: bytes,
    actor: Actor,
    scope=None,
    wake: bool = True,
    kind: str = PayrollBatch.Kind.SHEET,
    sequence: int | None = None,
    reason: str = "",
) -> tuple[PayrollBatch, bool]:
    """Store the original and queue it. Returns (batch, whether it is new).

    The same bytes for the same project, month and employer are the same batch as long as it lives: a second
    click doubles nothing; one whose columns have been confirmed since it was read is read again. `wake` False is for
    the command, which reads the batch itself. Back pay adds to a month that has its sheet, under a number of its own;
    `sequence` names the one that this upload corrects, `reason` says why pay is added (`back_pay_reason`). Of the same
    bytes again the first reason stays. Basis: 724 art 15, 31.
    """
    if kind not in (PayrollBatch.Kind.SHEET, PayrollBatch.Kind.BACK_PAY):
        raise Refused("kind_without_file", "“本月无用工”不用上传文件，请在“申报本月无用工”办理。")
    require_sheet(data)
    month_on = month_on.replace(day=1)
    if month_on > today():
        message = f"{month_on:%Y-%m} 还没有到，不能上报这个月的工资表。请核对工资月份。"
        raise Refused("month_in_future", message, {"month": message})
    require_employer(scope, project, subcontractor)
    reason = _reason(reason) if kind == PayrollBatch.Kind.BACK_PAY else ""
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # Two clicks at once: the second waits here and then finds the first one's batch.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payroll:{project.pk}:{digest}"])
        known = PayrollBatch.objects.filter(
            project=project,
            month_on=month_on,
            subcontractor=subcontractor,
            kind=kind,
            file__sha256=digest,
            status__in=LIVE,
        ).first()
        if known is not None:
            if columns_confirmed_since_unscoped(known):
                known = _read_again(known, actor, wake=wake)
            return known, False
        number = (
            back_pay_number(project, month_on, subcontractor, sequence) if kind == PayrollBatch.Kind.BACK_PAY else 0
        )
        file = file_store(name=name, data=data, unnamed="工资表")
        batch = PayrollBatch.objects.create(
            project=project,
            month_on=month_on,
            subcontractor=subcontractor,
            kind=kind,
            sequence=number,
            reason=reason,
            file=file,
            uploaded_by=actor.user,
        )
        record_event(
            actor=actor,
            action="payroll.upload",
            target=batch,
            project_id=project.pk,
            changes={
                "file": ["", file.name],
                "sha256": ["", digest],
                "month": ["", f"{month_on:%Y-%m}"],
                "employer": ["", employer_words(subcontractor)],
                "kind": ["", batch.get_kind_display()],
            }
            | ({"reason": ["", reason]} if reason else {}),
        )
        if wake:
            transaction.on_commit(lambda: ring(READ_TASK, batch.pk))
    return batch, True


def _reason(text: str) -> str:
    """Why pay is added: workers are owed it for a cause that whoever audits must know."""
    reason = text.strip()
    longest = PayrollBatch._meta.get_field("reason").max_length
    if not reason:
        message = "请写明为什么补发，例如：10月加班 3 天漏计。"
        raise Refused("back_pay_reason", message, {"reason": message})
    if len(reason) > longest:
        message = f"补发原因有 {len(reason)} 个字，最多 {longest} 个字，请写短一些。"
        raise Refused("back_pay_reason", message, {"reason": message})
    return reason


def _read_again(batch: PayrollBatch, actor: Actor, *, wake: bool) -> PayrollBatch:
    """Queue a draft once more, so that it is read as the same sheet would be today."""
    batch = PayrollBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if not columns_confirmed_since_unscoped(batch):
        # Submitted, withdrawn or answered while we waited for its row: it stays as it is.
        return batch
    batch.status, batch.attempts, batch.rows_done = PayrollBatch.Status.QUEUED, 0, 0
    batch.version += 1
    batch.save(update_fields=["status", "attempts", "rows_done", "version"])
    record_event(actor=actor, action="payroll.rejudge", target=batch, project_id=batch.project_id)
    if wake:
        transaction.on_commit(lambda: ring(READ_TASK, batch.pk))
    return batch


def back_pay_number(project, month_on: datetime.date, subcontractor: Organization | None, wanted: int | None) -> int:
    """The number of a back pay: the one it corrects, else the next. The month itself must have been submitted.

    Two at once take turns: the next number is given out under a lock. Errors: `back_pay_month`,
    `no_month_to_add_to`, `no_such_back_pay`.
    """
    if month_on >= today().replace(day=1):
        message = "补发只能对以前的月份，本月工资请上传当月工资表。"
        raise Refused("back_pay_month", message, {"month": message})
    with connection.cursor() as cursor:
        key = f"payroll-back-pay:{project.pk}:{month_on}:{subcontractor.pk if subcontractor else ''}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    of_month = PayrollBatch.objects.filter(project=project, month_on=month_on, subcontractor=subcontractor)
    if not of_month.filter(kind=PayrollBatch.Kind.SHEET, status=PayrollBatch.Status.SUBMITTED).exists():
        message = f"{month_on:%Y-%m} 还没有提交过工资表，请直接上传当月工资表；只有少发、漏发的才用补发。"
        raise Refused("no_month_to_add_to", message, {"month": message})
    last = of_month.aggregate(last=Max("sequence"))["last"] or 0
    if wanted is None:
        return last + 1
    if not 1 <= wanted <= last:
        raise Refused("no_such_back_pay", f"{month_on:%Y-%m} 没有第 {wanted} 次补发，请从那次补发的页面重新上传。")
    return wanted


def require_employer(scope, project, subcontractor: Organization | None) -> None:
    """Refuse an employer for whom the caller may not act on the project; None is its own crews."""
    allowed = employers_for_upload(scope, project)
    if not allowed:
        raise NotAllowed("您的岗位不能为这个项目上传工资表。")
    if (subcontractor.pk if subcontractor else None) in {employer.pk if employer else None for employer in allowed}:
        return
    if subcontractor is None:
        message = "分包单位只能上传本单位的工资表，请在“用工单位”处选择本单位。"
    else:
        message = f"{subcontractor.name}不是这个项目登记的分包单位。请先在项目页登记分包单位，或另选用工单位。"
    raise Refused("employer_not_on_project", message, {"employer": message})
