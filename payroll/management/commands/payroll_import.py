"""`payroll_import FILE --project CODE --month YYYY-MM`: check a sheet, or make it a draft at once, without a broker."""

import hashlib
import time
from pathlib import Path

from payroll.management.console import month_of, subcontractor_of
from payroll.models import PayrollBatch
from payroll.services.reading import batch_read
from payroll.services.returned import About, workbook_returned
from payroll.services.sheets import Understood, open_sheet
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from projects.selectors.projects import project_by_code_unscoped
from responsibilities.management.console import DONE, FINDINGS, PortalCommand, bytes_of, write_bytes
from responsibilities.rules.errors import Refused
from responsibilities.services.trail import Actor

PATIENCE_SECONDS = 60
Status = PayrollBatch.Status


class Command(PortalCommand):
    help = "核验并导入一份工资表：默认生成待提交的草稿，--check 只核验不写库，--confirm 直接提交。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="工资表文件（xlsx、xls、csv）")
        parser.add_argument("--project", required=True, metavar="CODE", help="项目编号")
        parser.add_argument("--month", required=True, metavar="YYYY-MM", help="工资月份")
        parser.add_argument("--subcontractor", metavar="CODE", help="分包单位编码；不填为总包自有班组")
        parser.add_argument("--check", action="store_true", help="只核验，不写库")
        parser.add_argument("--rows", action="store_true", help="同时列出每一行（号码只含后四位）")
        parser.add_argument("--annotate", metavar="OUT.xlsx", help="另存批注版")
        parser.add_argument("--confirm", action="store_true", help="生成草稿后立即提交可受理的行")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def work(self, *, file, project, month, subcontractor, check, rows, annotate, confirm, **_options):
        project = project_by_code_unscoped(project)
        month = month_of(month)
        employer = subcontractor_of(project, subcontractor)
        data = bytes_of(file)
        understood = open_sheet(
            data,
            project=project,
            month=month,
            subcontractor_id=employer.pk if employer else None,
            keep_lines=rows,
        )
        batch = None
        if not check:
            batch = _draft(project, month, employer, Path(file).name, data, understood)
            if confirm:
                batch = batch_submit(batch_id=batch.pk, actor=Actor.system("payroll_import"))
        understood.complete()
        if annotate:
            _annotate(annotate, data, understood, project, batch)
        facts = {"file": file, "sha256": hashlib.sha256(data).hexdigest(), **understood.parsed.as_dict(rows)}
        if batch is not None:
            facts |= {"batch": batch.pk, "status": batch.status}
        return (FINDINGS if understood.parsed.rejected else DONE), facts, _words(understood, batch)


def _draft(project, month, employer, name: str, data: bytes, understood: Understood) -> PayrollBatch:
    """The batch, read. A live batch of the same file is taken as it is; one in a worker's hands is waited for."""
    batch, _created = batch_upload(
        project=project,
        month_on=month.first,
        subcontractor=employer,
        name=name,
        data=data,
        actor=Actor.system("payroll_import"),
        wake=False,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        batch_read(batch.pk, understood=understood)
        batch.refresh_from_db()
        if batch.status not in (Status.QUEUED, Status.READING):
            break
        if time.monotonic() > deadline:
            raise Refused("still_reading", f"同一份文件正在由后台处理（批次 #{batch.pk}），请稍后再试。")
        time.sleep(0.2)
    if batch.status not in (Status.DRAFT, Status.SUBMITTED):
        raise Refused(batch.refused_code or batch.status, batch.refused_message or f"批次 #{batch.pk} 没有读成。")
    return batch


def _annotate(path: str, data: bytes, understood: Understood, project, batch: PayrollBatch | None) -> None:
    parsed = understood.parsed
    about = About(
        project=project.name,
        month=parsed.month,
        accepted=parsed.accepted,
        rejected=parsed.rejected,
        judged_at=understood.judged_at,
        batch=batch.pk if batch else None,
    )
    names = [part.sheet for part in parsed.tables]
    write_bytes(path, workbook_returned(data, understood.remarks, names, about))


def _words(understood: Understood, batch: PayrollBatch | None) -> str:
    parsed = understood.parsed
    counts = f"共 {parsed.rows} 行，可受理 {parsed.accepted} 行，有错误 {parsed.rejected} 行"
    sheets = "、".join(dict.fromkeys(f"“{part.sheet}”" for part in parsed.tables))
    lines = [f"工作表{sheets}：{counts}，实发合计 {parsed.total_net:,.2f} 元。"]
    lines += [f"  错误 {remark.cell or '整批'}  {remark.message}" for remark in parsed.errors]
    lines += [f"  提示 {remark.cell or '整批'}  {remark.message}" for remark in parsed.warnings]
    if batch is None:
        lines.append("仅核验，没有写入任何数据。")
    else:
        lines.append(f"批次 #{batch.pk}：{batch.get_status_display()}。")
    return "\n".join(lines)
