"""What is there already for a project, month and employer, before another sheet is uploaded."""

import datetime
from dataclasses import dataclass, field

from django.db.models import QuerySet

from payroll.models import PayrollBatch
from payroll.rules.stages import replaceable
from payroll.selectors.batches import batches, with_accepted_net
from payroll.selectors.layouts import remembered_unscoped
from payroll.selectors.previous import employer_of_roster_unscoped, last_batch
from projects.models import Project
from responsibilities.models import Organization
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
UNFINISHED = (Status.QUEUED, Status.READING, Status.MAPPING, Status.DRAFT, Status.RETURNED)


@dataclass(slots=True)
class Standing:
    """`current` is the submitted batch that a new one would replace, as long as `replaceable`; `open` are the ones
    that nobody submitted yet; `last` is the month before; `remembered` counts the forms known of the employer."""

    current: PayrollBatch | None = None
    replaceable: bool = True
    open: list[PayrollBatch] = field(default_factory=list)
    last: PayrollBatch | None = None
    remembered: int = 0


def standing(scope: Scope, project: Project, month_on: datetime.date, employer: Organization | None) -> Standing:
    """Everything about one month of one employer that the caller sees."""
    rows = list(_of_month(scope, project, month_on, employer))
    current = next((batch for batch in rows if batch.status == Status.SUBMITTED), None)
    known = remembered_unscoped(employer_of_roster_unscoped(project, employer))
    return Standing(
        current=current,
        replaceable=current is None or replaceable(current.stage),
        open=[batch for batch in rows if batch.status in UNFINISHED],
        last=last_batch(scope, project, employer, month_on),
        remembered=sum(1 for memory in known if memory.is_read),
    )


def _of_month(scope: Scope, project: Project, month_on: datetime.date, employer) -> QuerySet:
    rows = batches(scope).filter(project=project, month_on=month_on, subcontractor=employer, sequence=0)
    return with_accepted_net(rows.filter(status__in=(*UNFINISHED, Status.SUBMITTED))).order_by("-id")
