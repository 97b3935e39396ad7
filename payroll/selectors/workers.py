"""A worker's pay, as far as the caller may see batches."""

from django.db.models import QuerySet

from payroll.models import PayrollBatch, PayrollLine, Worker
from payroll.selectors.batches import batches
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
PAID = (Status.SUBMITTED,)
SHOWN = (Status.SUBMITTED, Status.DRAFT)


def worker_lines(scope: Scope, worker_id: int) -> QuerySet:
    """Current pay and drafts of a worker on sites the caller sees, newest month first."""
    visible = batches(scope).filter(status__in=SHOWN).order_by().values("pk")
    return (
        PayrollLine.objects.filter(worker_id=worker_id, batch_id__in=visible)
        .select_related("batch__project__area", "batch__subcontractor", "card")
        .order_by("-batch__month_on", "batch__project__code", "-batch_id")
    )


def worker_by_pk(scope: Scope, pk: int) -> Worker:
    """A worker who is paid on a site the caller sees; raises NotVisible."""
    worker = Worker.objects.filter(pk=pk).first()
    if worker is None or not worker_lines(scope, pk).exists():
        raise NotVisible("没有找到这名工人，或者其工资记录不在您的管辖范围内。")
    return worker
