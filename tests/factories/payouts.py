"""Factories of paying: a batch that was publicly noticed, its special account, a bank's return file."""

import datetime
import hashlib
from io import BytesIO

from accounts.services.special_accounts import special_account_save
from payroll.models import BankResult, CardChange, PayNotice, Payout, PayoutFile, PayrollBatch, StoredFile
from payroll.services.result_reading import result_read, result_upload
from payroll.services.submissions import batch_submit
from responsibilities.selectors import clock
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.factories.payroll import MONTH, draft, person, site

SYSTEM = Actor.system("tests")


def special_account(project, bank, number="6210000000000009999"):
    """The project's open special account."""
    return special_account_save(
        project=project,
        bank=bank,
        account_name=f"{project.name}农民工工资专用账户",
        number=number,
        opened_on=datetime.date(2026, 8, 20),
        actor=SYSTEM,
    )


def paying_site(cast):
    """A site with an open special account."""
    found = site(cast)
    special_account(found, cast.bank)
    return found


def noticed(project, people: int | list[dict] = 3, **facts) -> PayrollBatch:
    """A submitted batch that was audited and whose notice has hung its days; `people` rows, or as many synthetic ones."""
    rows = [person(n) for n in range(1, people + 1)] if isinstance(people, int) else people
    batch = draft(project, rows, month_on=facts.pop("month_on", MONTH), **facts)
    return noticed_batch(batch_submit(batch_id=batch.pk, actor=SYSTEM))


def noticed_batch(batch: PayrollBatch) -> PayrollBatch:
    """A submitted batch as one that was audited and whose notice has hung its days."""
    PayrollBatch.objects.filter(pk=batch.pk).update(stage=PayrollBatch.Stage.NOTICED)
    day = clock.today()
    PayNotice.objects.create(
        batch=batch,
        place="项目部门口",
        posted_on=day - datetime.timedelta(days=4),
        until_on=day - datetime.timedelta(days=1),
        recorded_at=clock.now(),
    )
    batch.refresh_from_db()
    return batch


def bare_payout_file(batch: PayrollBatch) -> PayoutFile:
    """A pay-out file of the batch's first line as rows only: no account, no stage, no bank's bytes."""
    line = batch.lines.order_by("row").first()
    stored = StoredFile.objects.create(
        name="代发.xlsx", sha256=hashlib.sha256(b"bare").hexdigest(), size=4, sealed=vault.seal_bytes(b"bare", "file")
    )
    row = PayoutFile.objects.create(
        batch=batch, sequence=1, layout="generic", rows=1, total=line.net, file=stored, made_at=clock.now()
    )
    Payout.objects.create(file=row, row=1, line=line, attempt=1, card=line.card, amount=line.net)
    CardChange.objects.create(
        line=line, old_card=line.card, new_card=line.card, reason="换卡", evidence=stored, changed_at=clock.now()
    )
    BankResult.objects.create(
        batch=batch, payout_file=row, file=stored, paid_on=clock.today(), status="ready", uploaded_at=clock.now()
    )
    return row


def answer_bytes(rows, titles=("序号", "账号", "户名", "金额", "处理结果", "失败原因")) -> bytes:
    """A bank's return file as .xlsx: rows are values in the titles' order; a title line above."""
    box = BytesIO()
    kinds = ["money" if title.startswith("金额") else "text" for title in titles]
    columns = [OutColumn(title, kind) for title, kind in zip(titles, kinds, strict=True)]
    write_xlsx(box, [OutSheet("代发结果", columns, rows, above=("批量代发结果",))])
    return box.getvalue()


def answers(file: PayoutFile, failures: dict[int, str] | None = None) -> list[list]:
    """What the bank says of every payment of a file: `failures` maps rows to reasons, the others went through."""
    failures = failures or {}
    return [
        [
            payout.row,
            vault.unseal_text(payout.card.number_sealed, "bank_card"),
            payout.line.worker.name,
            payout.amount,
            "失败" if payout.row in failures else "成功",
            failures.get(payout.row, ""),
        ]
        for payout in file.payouts.select_related("card", "line__worker").order_by("row")
    ]


def answered(file: PayoutFile, data: bytes, *, covers="all", paid_on=None, name="回执.xlsx", actor=SYSTEM, scope=None):
    """The bank's return file uploaded and read."""
    result, _ = result_upload(
        payout_file_id=file.pk,
        name=name,
        data=data,
        covers=covers,
        paid_on=paid_on or clock.today(),
        actor=actor,
        scope=scope,
        wake=False,
    )
    result_read(result.pk)
    result.refresh_from_db()
    return result
