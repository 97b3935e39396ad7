"""Factories of paying: a batch that was publicly noticed, its special account, a bank's return file."""

import datetime
import hashlib

from accounts.services.special_accounts import special_account_save
from payroll.models import Payout, PayoutFile, PayrollBatch, StoredFile
from payroll.services.submissions import batch_submit
from responsibilities.selectors import clock
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.payroll import MONTH, draft, person

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


def noticed(project, people: int | list[dict] = 3, **facts) -> PayrollBatch:
    """A submitted batch that was audited and publicly noticed; `people` rows, or as many synthetic ones."""
    rows = [person(n) for n in range(1, people + 1)] if isinstance(people, int) else people
    batch = draft(project, rows, month_on=facts.pop("month_on", MONTH), **facts)
    batch_submit(batch_id=batch.pk, actor=SYSTEM)
    PayrollBatch.objects.filter(pk=batch.pk).update(stage=PayrollBatch.Stage.NOTICED)
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
    return row
