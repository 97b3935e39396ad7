"""The pay-out file that a bank answers: locked with its batch, on a day that can be true."""

import datetime

from payroll.models import BankResult, PayoutFile
from payroll.rules.stages import Act
from payroll.services.payout_files import batch_lock, require_stage
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services.trail import Actor, record_event


def answered_file_locked(file_id: int, scope) -> PayoutFile:
    """The file, its batch locked first, as everybody does who makes a file or changes a line. `voided`, `not_paying`."""
    batch_id = PayoutFile.objects.filter(pk=file_id).values_list("batch_id", flat=True).first()
    if batch_id is None:
        raise NotVisible("没有找到这份代发文件，或者它不在您的管辖范围内。")
    batch = batch_lock(batch_id, scope)
    row = PayoutFile.objects.select_related("file").get(pk=file_id)
    row.batch = batch
    if row.state == PayoutFile.State.VOIDED:
        raise Refused("voided", "这份代发文件已作废，不能登记银行结果。")
    if batch.stage != "paid":
        require_stage(batch, Act.BANK_RESULT)
    return row


def require_day(row: PayoutFile, day: datetime.date) -> None:
    """Refuse a day of payment before the file was made or after today (`date_impossible`)."""
    made = row.made_at.astimezone(now().tzinfo).date()
    if not made <= day <= today():
        message = f"发放日期应在代发文件生成日期 {made} 之后、今天之前，请按银行回单填写。"
        raise Refused("date_impossible", message, {"paid_on": message, "on": message})


def result_event(*, result: BankResult, actor: Actor, action: str, changes: dict) -> None:
    """The trail's event of an act on a result."""
    record_event(actor=actor, action=action, target=result, project_id=result.batch.project_id, changes=changes)
