"""Factories of the month's flow: submitted batches and the links of their workers."""

from payroll.models import PayConfirmation, PayrollBatch
from payroll.services.pay_links import pay_token
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.factories.payroll import draft, person

SYSTEM = Actor.system("tests")
WORKER = Actor(user=None, label="农民工", ip="203.0.113.7", user_agent="Mozilla/5.0 (Linux; Android 5.1)")


def submitted(project, rows=None, **facts) -> PayrollBatch:
    """A batch whose workers were asked; three people where no rows are given."""
    batch = draft(project, rows or [person(n) for n in range(3)], **facts)
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def answers(batch: PayrollBatch) -> list[PayConfirmation]:
    """The confirmations in the order of the sheet."""
    return list(batch.confirmations.select_related("line__worker", "line__card").order_by("line__row"))


def tokens(batch: PayrollBatch) -> list[str]:
    """The workers' own links, in the order of the sheet."""
    return [pay_token(one.key) for one in answers(batch)]
