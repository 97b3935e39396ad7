"""Factories of the special account's debits: movements of a statement, and what a person says that they are."""

import datetime
from decimal import Decimal

from accounts.models import StatementLine
from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.models import DebitExplanation, Payout, PayrollBatch
from payroll.services.bank_results import payout_file_settle
from payroll.services.debits import debit_explain
from payroll.services.payout_files import payout_files_make
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number

SYSTEM = Actor.system("tests")


def paid_through_the_bank(batch: PayrollBatch) -> list[Payout]:
    """The payments of a noticed batch, all of them in one file that went through today."""
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    payout_file_settle(file_id=file.pk, outcome="paid", on=today(), note="回单1", actor=SYSTEM)
    return list(file.payouts.order_by("row"))


def movement(
    project, amount, *, number="", day: datetime.date | None = None, out=True, reference="", purpose="转账"
) -> StatementLine:
    """A movement of the project's account, today's unless said; `number` is the counterparty's account."""
    one = Movement(1, day or today(), out, Decimal(amount), None, "", number, reference, purpose)
    statement_report(project=project, movements=[one], actor=SYSTEM)
    return StatementLine.objects.latest("pk")


def to_worker(project, n: int, amount, **facts) -> StatementLine:
    """A debit to the n-th person's card."""
    return movement(project, amount, number=card_number(n), **facts)


def explain(line: StatementLine, kind: str, payouts=(), **facts) -> DebitExplanation:
    """A person says what a debit is; of which payments where it is pay."""
    given = {"reason": "银行回单 0012", "actor": SYSTEM, "payouts": [one.pk for one in payouts]} | facts
    return debit_explain(statement_line_id=line.pk, kind=kind, **given)
