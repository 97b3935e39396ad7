"""Originals and annotated workbooks: sealed at rest, handed out with a trace.

A workbook holds ID numbers and cards in full. So it goes to the person who uploaded it, and to those who may
reveal personal data; every hand-out is an event.
"""

from pathlib import PurePath

from django.db import transaction

from payroll.models import PayrollBatch, PayrollRemark, StoredFile
from payroll.rules.month import Month
from payroll.selectors.batches import may_act_on
from payroll.services.returned import About, workbook_returned
from payroll.services.stored_files import file_store
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from sheets.refusal import Refusal

READ = (
    PayrollBatch.Status.DRAFT,
    PayrollBatch.Status.SUBMITTED,
    PayrollBatch.Status.RETURNED,
    PayrollBatch.Status.SUPERSEDED,
)


def may_open_files(scope, batch: PayrollBatch) -> bool:
    """Whether the caller may have the workbook with its numbers in full."""
    if scope is None or (batch.uploaded_by_id is not None and batch.uploaded_by_id == scope.user_id):
        return True
    return may_act_on(scope, batch, Permission.PAYROLL_REVEAL)


@transaction.atomic
def original_open(*, batch: PayrollBatch, actor: Actor, scope=None) -> tuple[str, bytes]:
    """(name, bytes) of the file as it was uploaded."""
    _require(scope, batch)
    _record(actor, batch, "payroll.open_original")
    return batch.file.name, vault.unseal_bytes(batch.file.sealed, "file")


@transaction.atomic
def annotated_open(*, batch: PayrollBatch, actor: Actor, scope=None) -> tuple[str, bytes]:
    """(name, bytes) of the same workbook with the remarks in it; made now where nobody made it before."""
    _require(scope, batch)
    if batch.status not in READ:
        raise Refused("not_read", f"这份工资表现在是“{batch.get_status_display()}”，还没有批注版。")
    file = annotated_make(batch.pk)
    _record(actor, batch, "payroll.open_annotated")
    return file.name, vault.unseal_bytes(file.sealed, "file")


def annotated_make(batch_id: int) -> StoredFile | None:
    """Annotate in the limited child and store sealed; once per reading. None where the batch isn't read."""
    batch = (
        PayrollBatch.objects.select_related("file", "annotated", "project").filter(pk=batch_id, status__in=READ).first()
    )
    if batch is None:
        return None
    if batch.annotated is not None:
        return batch.annotated
    try:
        original = vault.unseal_bytes(batch.file.sealed, "file")
        remarks = PayrollRemark.objects.filter(batch=batch).order_by("pk")
        about = About(
            project=batch.project.name,
            month=Month(batch.month_on.year, batch.month_on.month),
            accepted=batch.accepted,
            rejected=batch.rejected,
            judged_at=batch.judged_at,
            batch=batch.pk,
        )
        data = workbook_returned(original, list(remarks), batch.sheet_names, about)
    except Refusal as refusal:
        raise Refused(refusal.code, f"无法生成批注版：{refusal.message}") from refusal
    with transaction.atomic():
        row = PayrollBatch.objects.select_for_update(of=("self",)).select_related("annotated").get(pk=batch_id)
        if row.annotated is not None:
            # A second maker came first.
            return row.annotated
        row.annotated = file_store(name=f"{PurePath(batch.file.name).stem[:180]}-批注版.xlsx", data=data)
        row.save(update_fields=["annotated"])
        return row.annotated


def _require(scope, batch: PayrollBatch) -> None:
    if batch.file is None:
        raise Refused("no_file", "“本月无用工”的申报没有文件。")
    if not may_open_files(scope, batch):
        raise NotAllowed("文件含有完整的身份证号和银行卡号，只有上传人和有查看权限的岗位可以下载。")


def _record(actor: Actor, batch: PayrollBatch, action: str) -> None:
    record_event(
        actor=actor,
        action=action,
        target=batch,
        project_id=batch.project_id,
        changes={"sha256": ["", batch.file.sha256], "rows": ["", str(batch.rows)]},
    )
