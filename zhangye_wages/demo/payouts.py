"""What became of the demo's pay at the banks: earlier months paid, one failed in part, statements."""

import datetime
import hashlib
from decimal import Decimal
from random import Random

from accounts.models import SpecialAccount
from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.models import Payout, PayoutFile, PayrollBatch, PayrollLine, StoredFile
from payroll.rules.bank_files import Payer, Payment
from payroll.rules.bank_layouts import layout_of_bank
from payroll.services.bank_files import bank_file_bytes
from payroll.services.statement_matching import statements_match
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from zhangye_wages.demo.payrolls import clerk_of
from zhangye_wages.demo.projects import Story

Stage = PayrollBatch.Stage
SHOWN = 4
FAILURES = ("账户已销户", "户名与账号不符", "账户状态异常，只收不付")


def seed_payouts(random: Random, stories: list[Story], users: dict, today: datetime.date) -> dict:
    """Pay what was put up on site for earlier months, one failed in part; the latest month waits for its files.

    Only projects with a special account pay. The first few projects have a bank statement too.
    """
    accounts = set(SpecialAccount.objects.values_list("project_id", flat=True))
    batches = [
        batch
        for batch in PayrollBatch.objects.filter(stage=Stage.NOTICED).order_by("id")
        if batch.project_id in accounts
    ]
    if not batches:
        return {"payouts": 0}
    lines: dict[int, list[PayrollLine]] = {}
    for line in PayrollLine.objects.filter(batch__in=batches).select_related("worker", "card").order_by("row"):
        lines.setdefault(line.batch_id, []).append(line)
    last = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    paid = [batch for batch in batches if batch.month_on < last]
    recent = [batch for batch in paid if batch.month_on == max(batch.month_on for batch in paid)]
    failing = {batch.pk: random.sample(range(1, len(lines[batch.pk]) + 1), 2) for batch in recent[:1]}
    clerks = {story.project.pk: clerk_of(users, story.contractor) for story in stories}
    _pay(paid, lines, clerks, failing=failing, today=today)
    for batch in paid:
        batch.stage = Stage.PAYING if batch.pk in failing else Stage.PAID
    PayrollBatch.objects.bulk_update(batches, ["stage"], batch_size=500)
    for story in stories[:SHOWN]:
        if story.project.pk in accounts:
            _statement(story, today)
    return {"payouts": Payout.objects.count()}


def _pay(batches, lines, clerks, *, failing: dict, today: datetime.date) -> None:
    files, payouts = [], []
    accounts = {
        account.project_id: account
        for account in SpecialAccount.objects.filter(
            project__in={batch.project_id for batch in batches}
        ).select_related("bank")
    }
    for batch in batches:
        rows, account = lines[batch.pk], accounts[batch.project_id]
        layout = layout_of_bank(account.bank.name)
        paid_on = min(max(batch.month_on, account.opened_on) + datetime.timedelta(days=46), today)
        data = bank_file_bytes(layout, _payments(batch, rows), _payer(batch, account, paid_on))
        moment = datetime.datetime.combine(paid_on, datetime.time(9, 30), SHANGHAI)
        files.append(
            PayoutFile(
                batch=batch,
                sequence=1,
                layout=layout.code,
                rows=len(rows),
                total=sum((line.net for line in rows), Decimal(0)),
                file=StoredFile(
                    name=f"代发-{batch.month_on:%Y-%m}.{layout.extension}",
                    sha256=hashlib.sha256(data).hexdigest(),
                    size=len(data),
                    sealed=vault.seal_bytes(data, "file"),
                ),
                state=PayoutFile.State.SETTLED,
                made_by=clerks[batch.project_id],
                made_at=moment,
                sent_by=clerks[batch.project_id],
                sent_at=moment,
            )
        )
    StoredFile.objects.bulk_create([row.file for row in files])
    for row in files:
        row.file_id = row.file.pk
    PayoutFile.objects.bulk_create(files)
    for row in files:
        wrong = failing.get(row.batch_id, ())
        for seq, line in enumerate(lines[row.batch_id], start=1):
            failed = seq in wrong
            payouts.append(
                Payout(
                    file=row,
                    row=seq,
                    line=line,
                    attempt=1,
                    card=line.card,
                    amount=line.net,
                    state=Payout.State.FAILED if failed else Payout.State.PAID,
                    bank_message=FAILURES[seq % len(FAILURES)] if failed else "",
                    paid_on=None if failed else row.made_at.date(),
                    settled_at=row.made_at,
                )
            )
    Payout.objects.bulk_create(payouts, batch_size=2000)


def _payments(batch: PayrollBatch, rows: list[PayrollLine]) -> list[Payment]:
    return [
        Payment(
            seq=seq,
            name=line.worker.name,
            card=vault.unseal_text(line.card.number_sealed, "bank_card"),
            amount=line.net,
            bank_name=line.card.bank_name,
            reference=f"{batch.pk}-1-{seq}",
        )
        for seq, line in enumerate(rows, start=1)
    ]


def _payer(batch: PayrollBatch, account: SpecialAccount, day: datetime.date) -> Payer:
    return Payer(
        account=vault.unseal_text(account.number_sealed, "account_number"),
        account_name=account.account_name,
        bank_name=account.bank.name,
        purpose=f"{batch.month_on:%Y年%m月}工资",
        day=f"{day:%Y%m%d}",
    )


def _statement(story: Story, today: datetime.date) -> None:
    """The account's movements: the credits, the wages, a fee, and one debit that is no wage."""
    movements: list[tuple[datetime.date, bool, Decimal, str, str, str]] = []
    for credit in story.project.allocations.filter(kind="credit").order_by("credited_on"):
        movements.append((credit.credited_on, False, credit.amount, "建设单位", "", "人工费用拨付"))
    payouts = Payout.objects.filter(file__batch__project=story.project, state=Payout.State.PAID, paid_on__lt=today)
    for payout in payouts.select_related("card", "line__worker").order_by("id"):
        number = vault.unseal_text(payout.card.number_sealed, "bank_card")
        movements.append((payout.paid_on, True, payout.amount, payout.line.worker.name, number, "代发工资"))
    if not movements:
        return
    movements.sort(key=lambda one: one[0])
    last_on = movements[-1][0]
    movements.append((last_on, True, Decimal("10.00"), "", "", "代发手续费"))
    movements.append((last_on, True, Decimal("20000.00"), "张掖建材有限公司", "", "材料款"))
    balance, rows = Decimal(2_000_000), []
    for number, (day, out, amount, name, account, purpose) in enumerate(movements, start=1):
        balance += -amount if out else amount
        rows.append(
            Movement(number, day, out, amount, balance, name, account, f"LS{story.project.pk}{number:06d}", purpose)
        )
    statement_report(
        project=story.project,
        movements=[row for row in rows if row.on <= today],
        actor=Actor.system("演示数据"),
    )
    statements_match(story.project.pk)
