"""Pay-out files: made from what may be paid, handed out with a trace, given to the bank or voided.

Whoever makes a file, takes a result or changes a line of a batch holds the batch's row: these acts take turns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from accounts.services.special_accounts import payer_account_unscoped
from payroll.models import BankCard, BatchAct, PayNotice, Payout, PayoutFile, PayrollBatch, Worker
from payroll.rules.bank_files import Layout, Payer, Payment
from payroll.rules.bank_layouts import LAYOUTS
from payroll.rules.employers import OWN_CREWS
from payroll.rules.payouts import payable_from
from payroll.rules.stages import Act, may
from payroll.selectors.batches import may_act_on
from payroll.selectors.payouts import OpenLine, open_lines_unscoped
from payroll.services.bank_files import bank_file_bytes
from payroll.services.stored_files import file_store
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = PayoutFile.State
EMPLOYER_SHOWN = 20  # characters of a name that has no short one


@dataclass(slots=True)
class Made:
    """What came of asking for a pay-out file: the files, whether they are new, and the lines held back."""

    files: list[PayoutFile]
    created: bool
    held: list[OpenLine]


def batch_lock(batch_id: int, scope, permission: Permission = Permission.PAYROLL_PAY) -> PayrollBatch:
    """The batch, locked, in the hands of somebody who may act on it. NotVisible, NotAllowed."""
    batch = PayrollBatch.objects.filter(pk=batch_id).first()
    if batch is None or not may_act_on(scope, batch, Permission.PAYROLL_VIEW):
        raise NotVisible("没有找到这份工资表，或者它不在您的管辖范围内。")
    if not may_act_on(scope, batch, permission):
        raise NotAllowed("只有总包单位的劳资专管员可以办理代发。")
    return (
        PayrollBatch.objects.select_for_update(of=("self",)).select_related("project", "subcontractor").get(pk=batch_id)
    )


@transaction.atomic
def payout_files_make(*, batch_id: int, layout: str, actor: Actor, scope=None, version: int | None = None) -> Made:
    """Put every line that may be paid into a file for the bank, into several where the bank takes fewer rows.

    Only from an audited and publicly noticed batch, only to the workers' own cards, only from the special account (724
    art 31), and only once the notice has hung its days. A second click finds the first one's file. Errors:
    `unknown_layout`, `not_noticed`, `notice_running`, `no_special_account`, `nothing_to_pay`, `edited_meanwhile`,
    `does_not_fit`.
    """
    chosen = LAYOUTS.get(layout)
    if chosen is None:
        message = "没有这种银行文件版式，请重新选择。"
        raise Refused("unknown_layout", message, {"layout": message})
    batch = batch_lock(batch_id, scope)
    require_stage(batch, Act.PAY_OUT)
    _require_noticed(batch)
    lines = open_lines_unscoped(batch.pk, chosen)
    payable = [line for line in lines if not line.hold]
    held = [line for line in lines if line.hold]
    if not payable:
        waiting = list(batch.payout_files.filter(state=State.MADE).order_by("sequence"))
        if waiting:
            return Made(waiting, False, held)
        raise Refused("nothing_to_pay", _why_nothing(held))
    if version is not None and version != batch.version:
        raise EditedMeanwhile("这份工资表", batch.version)
    payer = _payer(batch)
    sequence = batch.payout_files.count()
    files = []
    for start in range(0, len(payable), chosen.most_rows):
        sequence += 1
        part = payable[start : start + chosen.most_rows]
        files.append(_file(batch, chosen, sequence, part, payer, actor))
    _step(batch, actor, files, unconfirmed=sum(line.unconfirmed for line in payable))
    return Made(files, True, held)


@transaction.atomic
def payout_file_open(*, file_id: int, actor: Actor, scope=None) -> tuple[str, bytes]:
    """(name, bytes) of a pay-out file, as often as it is needed; it holds full card numbers, so each is an event."""
    row = _locked_file(file_id, scope)
    if row.state == State.VOIDED:
        raise Refused("voided", "这份代发文件已作废，不能再下载。请使用后来生成的文件。")
    record_event(
        actor=actor,
        action="payout.download",
        target=row,
        project_id=row.batch.project_id,
        changes={"sha256": ["", row.file.sha256], "rows": ["", str(row.rows)], "full_numbers": ["", "是"]},
    )
    return row.file.name, vault.unseal_bytes(row.file.sealed, "file")


@transaction.atomic
def payout_file_send(*, file_id: int, actor: Actor, scope=None) -> PayoutFile:
    """Say that the file was given to the bank: from now on only the bank's answer frees its lines."""
    row = _locked_file(file_id, scope)
    if row.state == State.SENT:
        return row
    if row.state != State.MADE:
        raise Refused("not_made", f"这份代发文件现在是“{row.get_state_display()}”，不能登记送交银行。")
    row.state, row.sent_by, row.sent_at = State.SENT, actor.user, now()
    row.save(update_fields=["state", "sent_by", "sent_at"])
    record_event(
        actor=actor,
        action="payout.send",
        target=row,
        project_id=row.batch.project_id,
        changes={"rows": ["", str(row.rows)], "total": ["", str(row.total)], "sha256": ["", row.file.sha256]},
    )
    return row


@transaction.atomic
def payout_file_void(*, file_id: int, reason: str, actor: Actor, scope=None) -> PayoutFile:
    """Void a file that was not given to the bank; its lines can go into another. A sent one waits for the bank.

    Errors: `reason_missing`, `already_sent`.
    """
    row = _locked_file(file_id, scope)
    if row.state == State.VOIDED:
        return row
    if not reason.strip():
        message = "请填写作废理由，例如“版式选错”或“送交前发现卡号有误”。"
        raise Refused("reason_missing", message, {"reason": message})
    if row.state != State.MADE:
        raise Refused(
            "already_sent", "这份代发文件已送交银行，不能作废。请按银行回执登记结果；银行整批退回的，登记为全部失败。"
        )
    row.state, row.voided_at, row.void_reason = State.VOIDED, now(), reason.strip()[:200]
    row.save(update_fields=["state", "voided_at", "void_reason"])
    freed = row.payouts.filter(state=Payout.State.PENDING).update(state=Payout.State.VOIDED, settled_at=now())
    record_event(
        actor=actor,
        action="payout.void",
        target=row,
        project_id=row.batch.project_id,
        changes={"rows": ["", str(freed)], "total": [str(row.total), "作废"]},
        reason=reason,
    )
    touch_projects([row.batch.project_id])
    return row


def require_stage(batch: PayrollBatch, act: Act) -> None:
    """Refuse an act of paying that the batch's stage doesn't allow: `not_submitted`, `not_noticed`, `not_paying`."""
    if batch.status != PayrollBatch.Status.SUBMITTED:
        raise Refused("not_submitted", f"这份工资表现在是“{batch.get_status_display()}”，不能办理代发。")
    if may(act, batch.stage):
        return
    if batch.stage == PayrollBatch.Stage.PAID:
        raise Refused("already_paid", "这份工资表已发放完成。")
    if act == Act.PAY_OUT:
        raise Refused(
            "not_noticed",
            f"这份工资表现在是“{batch.get_stage_display()}”。经总包审核并在工地公示后才能代发"
            "（《保障农民工工资支付条例》第三十一条）。",
        )
    raise Refused("not_paying", f"这份工资表现在是“{batch.get_stage_display()}”，还没有代发文件。")


def _require_noticed(batch: PayrollBatch) -> None:
    """Refuse the first file while the notice hangs: whoever reads it must be able to object before money leaves.

    There is no way round it: the law knows no urgent case, and the days are the 人社局's to shorten.
    """
    if batch.stage != PayrollBatch.Stage.NOTICED:
        return
    notice = PayNotice.objects.filter(batch=batch).first()
    if notice is None:
        raise Refused(
            "not_noticed",
            "没有找到这份工资表的公示记录。请总包单位的劳资专管员先登记公示，公示期满后再代发"
            "（《保障农民工工资支付条例》第三十一条）。",
        )
    first = payable_from(notice.until_on)
    if today() < first:
        raise Refused(
            "notice_running",
            f"公示还没有期满：{notice.posted_on} 起在{notice.place}公示，到 {notice.until_on} 止。"
            f"总包单位的劳资专管员最早 {first} 可以生成代发文件。公示期间收到异议的，请先在“补充公示照片、异议”里写明处理结果。",
        )


def _locked_file(file_id: int, scope) -> PayoutFile:
    """The file with its batch locked first, as everybody does."""
    found = PayoutFile.objects.filter(pk=file_id).values_list("batch_id", flat=True).first()
    if found is None:
        raise NotVisible("没有找到这份代发文件，或者它不在您的管辖范围内。")
    batch_lock(found, scope)
    return PayoutFile.objects.select_related("batch__project", "file").get(pk=file_id)


def _why_nothing(held: Sequence[OpenLine]) -> str:
    if not held:
        return "这份工资表的每一行都已发放或正在等待银行结果，没有需要再生成文件的。"
    words = "；".join(dict.fromkeys(line.hold_words[0] for line in held))
    return f"余下 {len(held)} 行都暂不能发放（{words}），没有可以写入文件的。请先按各行提示处理。"


def _payer(batch: PayrollBatch) -> Payer:
    account = payer_account_unscoped(batch.project_id)
    if account is None:
        raise Refused(
            "no_special_account",
            "这个项目没有登记农民工工资专用账户，或者账户已销户。工资只能通过专用账户发放，请先在“专户与拨付”登记账户。",
        )
    kind = "补发工资" if batch.kind == PayrollBatch.Kind.BACK_PAY else "工资"
    return Payer(
        account=account.number,
        account_name=account.name,
        bank_name=account.bank_name,
        purpose=f"{batch.month_on:%Y年%m月}{kind}",
        day=f"{today():%Y%m%d}",
    )


def _file_name(batch: PayrollBatch, layout: Layout, sequence: int) -> str:
    """Whose pay of which month it is, so that the files of two employers can't be mistaken for each other."""
    employer = str(batch.subcontractor or OWN_CREWS)[:EMPLOYER_SHOWN]
    parts = (batch.project.code, f"{batch.month_on:%Y-%m}", employer, f"批次{batch.pk}", layout.title, f"{sequence}")
    return re.sub(r'[\s\\/:*?"<>|（），\x00-\x1f]+', "-", "-".join(parts)) + f".{layout.extension}"


def _file(
    batch: PayrollBatch, layout: Layout, sequence: int, lines: Sequence[OpenLine], payer: Payer, actor: Actor
) -> PayoutFile:
    payments = _payments(batch, layout, sequence, lines)
    data = bank_file_bytes(layout, payments, payer)
    total = sum((line.net for line in lines), Decimal(0))
    stored = file_store(name=_file_name(batch, layout, sequence), data=data)
    row = PayoutFile.objects.create(
        batch=batch,
        sequence=sequence,
        layout=layout.code,
        rows=len(lines),
        total=total,
        file=stored,
        made_by=actor.user,
        made_at=now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payroll_payout (file_id, row, line_id, attempt, card_id, amount, state, bank_code,
                                        bank_message, bank_reference)
            SELECT %s, given.*, 'pending', '', '', ''
            FROM unnest(%s::int[], %s::bigint[], %s::smallint[], %s::bigint[], %s::numeric[])
                 AS given (row, line_id, attempt, card_id, amount)
            """,
            [
                row.pk,
                list(range(1, len(lines) + 1)),
                [line.pk for line in lines],
                [line.attempts + 1 for line in lines],
                [line.card_id for line in lines],
                [line.net for line in lines],
            ],
        )
    return row


def _payments(batch: PayrollBatch, layout: Layout, sequence: int, lines: Sequence[OpenLine]) -> list[Payment]:
    """The lines with their numbers in full, and only those numbers that the layout asks for."""
    cards = dict(BankCard.objects.filter(pk__in=[line.card_id for line in lines]).values_list("pk", "number_sealed"))
    people = {}
    if {"id_number", "phone"} & layout.needs:
        people = {
            worker.pk: worker
            for worker in Worker.objects.filter(pk__in={line.worker_id for line in lines}).only(
                "id_number_sealed", "phone_sealed"
            )
        }
    found = []
    for seq, line in enumerate(lines, start=1):
        worker = people.get(line.worker_id)
        found.append(
            Payment(
                seq=seq,
                name=line.name,
                card=vault.unseal_text(cards[line.card_id], "bank_card"),
                amount=line.net,
                bank_name=line.bank_name,
                id_number=vault.unseal_text(worker.id_number_sealed, "id_number") if worker else "",
                phone=vault.unseal_text(worker.phone_sealed, "phone") if worker and worker.phone_sealed else "",
                reference=f"{batch.pk}-{sequence}-{seq}",
            )
        )
    return found


def _step(batch: PayrollBatch, actor: Actor, files: Sequence[PayoutFile], *, unconfirmed: int) -> None:
    before = batch.get_stage_display()
    batch.stage = PayrollBatch.Stage.PAYING
    batch.version += 1
    batch.save(update_fields=["stage", "version"])
    rows, total = sum(row.rows for row in files), sum((row.total for row in files), Decimal(0))
    BatchAct.objects.create(
        batch=batch,
        act=BatchAct.Act.PAY_OUT,
        by=actor.user,
        at=now(),
        facts={"files": [row.sequence for row in files], "payments": rows, "total": str(total)}
        # Replaced cards whose workers haven't said yes; kept, because it was decided to pay all the same.
        | ({"unconfirmed": unconfirmed} if unconfirmed else {}),
    )
    record_event(
        actor=actor,
        action="payout.make",
        target=batch,
        project_id=batch.project_id,
        changes={
            "stage": [before, batch.get_stage_display()],
            "layout": ["", LAYOUTS[files[0].layout].title],
            "rows": ["", str(rows)],
            "total": ["", str(total)],
            "sha256": ["", "、".join(row.file.sha256 for row in files)],
        },
    )
    touch_projects([batch.project_id])
