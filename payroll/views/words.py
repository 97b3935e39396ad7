"""Words and colours that several payroll pages share."""

from payroll.models import PayrollBatch
from payroll.rules.employers import employer_words
from payroll.rules.step_line import notice_runs
from responsibilities.selectors.clock import today

Status = PayrollBatch.Status
LEVELS = {
    Status.QUEUED: "blue",
    Status.READING: "blue",
    Status.MAPPING: "orange",
    Status.DRAFT: "orange",
    Status.SUBMITTED: "green",
    Status.RETURNED: "red",
    Status.SUPERSEDED: "grey",
    Status.DISCARDED: "grey",
    Status.REFUSED: "red",
    Status.FAILED: "red",
}
WHY_IGNORED = {
    "total": "合计",
    "subtotal": "小计",
    "empty": "空行",
    "header": "重复的表头",
    "title": "标题",
    "note": "说明",
    "signature": "签字栏",
    "sample": "示例",
    "second_table": "另一张表",
    "joined": "并入上一行",
}


def stage_words(batch: PayrollBatch) -> str:
    """How far a sheet is; while it still hangs on site, until when. Lists select its notice along."""
    notice = getattr(batch, "notice", None) if batch.stage == PayrollBatch.Stage.NOTICED else None
    if notice is not None and notice_runs(batch.stage, notice.until_on, today()):
        return f"公示中（到 {notice.until_on:%m-%d}）"
    return batch.get_stage_display()


def decorated(batch: PayrollBatch) -> PayrollBatch:
    """The batch with its badge and its employer in words, for templates.

    A submitted sheet says how far it is; green is for pay that has arrived (and for a nil return, of which nothing is
    due), so that a month whose workers still wait never looks done.
    """
    under_way = batch.status == Status.SUBMITTED and batch.stage
    batch.word = stage_words(batch) if under_way else batch.get_status_display()
    batch.level = "blue" if under_way and batch.stage != PayrollBatch.Stage.PAID else LEVELS[batch.status]
    batch.employer_name = employer_words(batch.subcontractor)
    return batch
