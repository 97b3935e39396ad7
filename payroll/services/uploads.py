"""Taking a sheet in: the sealed original and a queued batch; reading it is a worker's business."""

import datetime
import hashlib

from django.conf import settings
from django.db import connection, transaction

from payroll.models import PayrollBatch, StoredFile
from payroll.selectors.batches import LIVE, employers_for_upload
from responsibilities.models import Organization
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.selectors.clock import today
from responsibilities.services import vault
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event
from sheets.refusal import MESSAGES
from sheets.sniff import sniff

READ_TASK = "payroll.read_batch"
NAME_LENGTH = 200


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
) -> tuple[PayrollBatch, bool]:
    """Store the original and queue it. Returns (batch, whether it is new).

    The same bytes for the same project, month and employer are the same batch as long as it lives: a second
    click doubles nothing. `wake` False is for the command, which reads the batch itself. Basis: 724 art 15, 31.
    """
    _check_file(data)
    month_on = month_on.replace(day=1)
    if month_on > today():
        message = f"{month_on:%Y-%m} 还没有到，不能上报这个月的工资表。请核对工资月份。"
        raise Refused("month_in_future", message, {"month": message})
    require_employer(scope, project, subcontractor)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # Two clicks at once: the second waits here and then finds the first one's batch.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payroll:{project.pk}:{digest}"])
        known = PayrollBatch.objects.filter(
            project=project,
            month_on=month_on,
            subcontractor=subcontractor,
            file__sha256=digest,
            status__in=LIVE,
        ).first()
        if known is not None:
            return known, False
        file = StoredFile.objects.create(
            name=_file_name(name), sha256=digest, size=len(data), sealed=vault.seal_bytes(data, "file")
        )
        batch = PayrollBatch.objects.create(
            project=project,
            month_on=month_on,
            subcontractor=subcontractor,
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
                "employer": ["", subcontractor.name if subcontractor else "总包自有班组"],
            },
        )
        if wake:
            transaction.on_commit(lambda: ring(READ_TASK, batch.pk))
    return batch, True


def _check_file(data: bytes) -> None:
    """What can be told at once, without a process: nothing, too much, or no sheet at all."""
    if not data.strip(b"\x00 \t\r\n"):
        raise Refused("empty", MESSAGES["empty"], {"file": MESSAGES["empty"]})
    if len(data) > settings.PORTAL_UPLOAD_LIMIT:
        megabytes = settings.PORTAL_UPLOAD_LIMIT // (1024 * 1024)
        message = f"文件超过 {megabytes} MB 的上限。请只保留需要的工作表后重新上传。"
        raise Refused("too_large", message, {"file": message})
    if sniff(data[:65_536]).kind == "other":
        raise Refused("not_a_sheet", MESSAGES["not_a_sheet"], {"file": MESSAGES["not_a_sheet"]})


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


def _file_name(name: str) -> str:
    """The bare name, without folders or control characters."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in bare if character.isprintable())[:NAME_LENGTH] or "工资表"
