"""What a new month's sheet starts from: the employer's last submitted one, and who came and went since."""

import datetime
from dataclasses import dataclass

from django.db.models import Q

from payroll.models import PayrollBatch, PayrollLine, RosterEntry
from payroll.selectors.batches import batches
from projects.models import Project, ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.models import Organization
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status


@dataclass(slots=True)
class Carried:
    """Who belongs on the new sheet: lines of the last one, roster entries of those who came, and how many went."""

    lines: list[PayrollLine]
    newcomers: list[RosterEntry]
    left: int


def last_batch(
    scope: Scope | None, project: Project, employer: Organization | None, before: datetime.date
) -> PayrollBatch | None:
    """The employer's latest submitted payroll of a month before `before`; back pay and nil returns don't count."""
    rows = PayrollBatch.objects.select_related("project", "subcontractor") if scope is None else batches(scope)
    return (
        rows.select_related("file")
        .filter(
            project=project,
            subcontractor=employer,
            month_on__lt=before,
            status=Status.SUBMITTED,
            kind=PayrollBatch.Kind.SHEET,
        )
        .order_by("-month_on", "-id")
        .first()
    )


def employer_of_roster_unscoped(project: Project, employer: Organization | None) -> Organization | None:
    """Under whom the roster has an employer's people; None: the general contractor's own crews."""
    return employer or organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)


def carried_unscoped(batch: PayrollBatch, *, first: datetime.date, last: datetime.date) -> Carried:
    """The people of a submitted batch without those who left before the month `first`–`last`, each once, and those
    on the roster who were not in it and entered by its end. For services, which decide what to show."""
    employer = employer_of_roster_unscoped(batch.project, batch.subcontractor)
    roster = RosterEntry.objects.filter(project_id=batch.project_id, employer=employer)
    gone = set(roster.filter(left_on__lt=first).values_list("worker_id", flat=True))
    lines, seen = [], set()
    for line in (
        PayrollLine.objects.filter(batch=batch).select_related("worker", "card").order_by("sheet_no", "row").iterator()
    ):
        if line.worker_id in seen:
            continue
        seen.add(line.worker_id)
        if line.worker_id not in gone:
            lines.append(line)
    newcomers = (
        roster.filter(Q(left_on__isnull=True) | Q(left_on__gte=first))
        .filter(Q(entered_on__isnull=True) | Q(entered_on__lte=last))
        .exclude(worker_id__in=seen)
        .select_related("worker")
        .order_by("crew", "id")
    )
    return Carried(lines, list(newcomers), len(gone & seen))
