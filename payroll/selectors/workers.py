"""A worker's pay, as far as the caller may see batches."""

import datetime
from decimal import Decimal

from django.db.models import Max, QuerySet, Sum

from payroll.models import PayContest, Payout, PayrollBatch, PayrollLine, Worker
from payroll.selectors.attendance import days_seen
from payroll.selectors.batches import batches
from payroll.selectors.confirmations import contests
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
PAID = (Status.SUBMITTED,)
SHOWN = (Status.SUBMITTED, Status.DRAFT)


def worker_lines(scope: Scope, worker_id: int) -> QuerySet:
    """Current pay of a worker on sites the caller sees, newest month first; drafts too for those who upload."""
    shown = SHOWN if scope.can(Permission.PAYROLL_UPLOAD) else PAID
    visible = batches(scope).filter(status__in=shown).order_by().values("pk")
    return (
        PayrollLine.objects.filter(worker_id=worker_id, batch_id__in=visible)
        .select_related("batch__project__area", "batch__subcontractor", "batch__notice", "card")
        .order_by("-batch__month_on", "batch__project__code", "-batch_id")
    )


def worker_by_pk(scope: Scope, pk: int) -> Worker:
    """A worker who is paid on a site the caller sees; raises NotVisible."""
    worker = Worker.objects.filter(pk=pk).first()
    if worker is None or not worker_lines(scope, pk).exists():
        raise NotVisible("没有找到这名工人，或者其工资记录不在您的管辖范围内。")
    return worker


def with_dealings(scope: Scope, worker_id: int, lines: list[PayrollLine]) -> list[PayrollLine]:
    """The lines of a page, each with what came of it: `paid` yuan by the bank's word and `paid_on`, `attended` days on
    the site in that month (None: nothing recorded), and `contests`. Three queries, however many lines."""
    paid: dict[int, tuple[Decimal, datetime.date | None]] = {
        line: (amount, on)
        for line, amount, on in Payout.objects.filter(line__in=lines, state=Payout.State.PAID)
        .order_by()
        .values_list("line")
        .annotate(Sum("amount"), Max("paid_on"))
    }
    attended = {
        (row["project_id"], row["on__year"], row["on__month"]): row["total"]
        for row in days_seen(scope)
        .filter(worker_id=worker_id)
        .order_by()
        .values("project_id", "on__year", "on__month")
        .annotate(total=Sum("days"))
    }
    # A sheet that was put right since shows what was contested of the versions before it.
    said: dict[tuple, list[PayContest]] = {}
    for contest in contests(scope).filter(confirmation__line__worker=worker_id):
        said.setdefault(contest.batch.version_key, []).append(contest)
    for line in lines:
        batch = line.batch
        line.paid, line.paid_on = paid.get(line.pk, (None, None))
        line.attended = attended.get((batch.project_id, batch.month_on.year, batch.month_on.month))
        line.contests_seen = said.get(batch.version_key, [])
    return lines
