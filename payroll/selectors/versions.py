"""The versions of one month's sheet, and the month before: what a batch is compared with."""

import datetime

from django.db.models import QuerySet

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.checks.again import change_words
from payroll.selectors.batches import batches, of_every_version
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
COUNTED = (Status.SUBMITTED, Status.RETURNED, Status.SUPERSEDED)


def versions_of(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """Submitted versions of the same project, month, employer and sequence, oldest first."""
    return (
        batches(scope)
        .filter(**of_every_version(batch), status__in=COUNTED, submitted_at__isnull=False)
        .order_by("submitted_at", "id")
    )


def version_place(scope: Scope, batch: PayrollBatch) -> tuple[int, PayrollBatch | None]:
    """(which version this is, the one before). A draft would be the next."""
    rows = [row for row in versions_of(scope, batch) if row.pk != batch.pk]
    if batch.submitted_at is not None:
        rows = [row for row in rows if (row.submitted_at, row.pk) < (batch.submitted_at, batch.pk)]
    return len(rows) + 1, rows[-1] if rows else None


def submission_changes(batch: PayrollBatch) -> str:
    """What the checks made at the submission of a visible batch said differently from those of its reading, in words."""
    act = batch.acts.filter(act=BatchAct.Act.SUBMIT).order_by("-id").first()
    return change_words(act.facts.get("changed") or {}) if act else ""


def month_before(scope: Scope, batch: PayrollBatch) -> PayrollBatch | None:
    """The same employer's current sheet of the month before."""
    before = (batch.month_on - datetime.timedelta(days=1)).replace(day=1)
    return (
        batches(scope)
        .filter(
            project_id=batch.project_id,
            month_on=before,
            subcontractor_id=batch.subcontractor_id,
            sequence=0,
            status=Status.SUBMITTED,
            kind=PayrollBatch.Kind.SHEET,
        )
        .first()
    )
