"""Which projects, and which employers on them, have no payroll of a month yet."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from payroll.models import PayrollBatch
from payroll.rules.employers import OWN, OWN_CREWS, employer_words
from payroll.selectors.batches import UNSUBMITTED, batches
from payroll.selectors.site_people import entries
from projects.models import Project, ProjectParty
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
# Something is there already, and a person has to go on with it.
BEGUN = (*UNSUBMITTED, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class Owed:
    """A month's payroll that isn't submitted: of which employers, as people call them, and the sheet that is there.

    `batch` is the latest one that was uploaded or sent back, None where there is none; those without one stand
    together. `code` is the first employer's as the forms know it ("own" for the contractor's crews), "" where nobody is
    known to owe it.
    """

    names: list[str]
    code: str
    batch: PayrollBatch | None = None


def projects_without_payroll(scope: Scope, month_on: datetime.date, month_end: datetime.date) -> QuerySet:
    """Projects under construction in a month for which the caller misses a submitted batch: of any employer who has
    people on the roster in that month, or, where nobody is on a roster, of anybody.
    """
    visible = Project.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
    of_month = batches(scope).filter(project_id=OuterRef("pk"), month_on=month_on).order_by()
    submitted = of_month.filter(status=Status.SUBMITTED)
    owing = _owing(scope, month_on, month_end).filter(project_id=OuterRef("pk")).order_by()
    return (
        visible.filter(actual_start_on__lte=month_end)
        .filter(Q(completed_on__isnull=True) | Q(completed_on__gte=month_on))
        .filter(Exists(owing.values("pk")) | ~Exists(submitted.values("pk")))
        .select_related("area")
        .order_by("pinyin_key", "name")
    )


def with_owed(
    scope: Scope, projects: Iterable[Project], month_on: datetime.date, month_end: datetime.date
) -> list[Project]:
    """The projects with `owed`: what is missing of each, one `Owed` after the other; two queries whatever their number."""
    projects = list(projects)
    if not projects:
        return []
    owing = _employers_owing(scope, projects, month_on, month_end)
    begun = _begun(scope, projects, month_on)
    for project in projects:
        sheets = begun[project.pk]
        # Whoever has a sheet under way owes it, too, though nobody of his may be on the roster yet.
        names = {code: employer_words(batch.subcontractor) for code, batch in sheets.items()} | owing[project.pk]
        started = [Owed([name], code, sheets[code]) for code, name in names.items() if code in sheets]
        untouched = [(code, name) for code, name in names.items() if code not in sheets]
        project.owed = started
        if untouched or not started:
            project.owed.append(Owed([name for _, name in untouched], untouched[0][0] if untouched else ""))
    return projects


def _employers_owing(
    scope: Scope, projects: list[Project], month_on: datetime.date, month_end: datetime.date
) -> dict[int, dict[str, str]]:
    """Who has people on each project and no submitted batch: {project: {code: name}}, the contractor's crews first."""
    contractor = ProjectParty.objects.filter(
        project_id=OuterRef("project_id"),
        organization_id=OuterRef("employer_id"),
        part=ProjectParty.Part.GENERAL_CONTRACTOR,
    )
    rows = _owing(scope, month_on, month_end).filter(project__in=projects).annotate(own=Exists(contractor))
    names = (
        rows.order_by("-own", "employer__name")
        .values_list("project_id", "own", "employer__code", "employer__name")
        .distinct()
    )
    found = defaultdict(dict)
    for project, own, code, name in names:
        found[project][OWN if own else code] = OWN_CREWS if own else name
    return found


def _begun(scope: Scope, projects: list[Project], month_on: datetime.date) -> dict[int, dict[str, PayrollBatch]]:
    """The latest sheet of each employer who has submitted none, nil returns included: {project: {code: batch}}."""
    rows = (
        batches(scope)
        .filter(project__in=projects, month_on=month_on, sequence=0, status__in=(*BEGUN, Status.SUBMITTED))
        .select_related(None)
        .select_related("project", "subcontractor")
        .order_by("id")
    )
    found = defaultdict(dict)
    settled = set()
    for batch in rows:
        code = batch.subcontractor.code if batch.subcontractor else OWN
        found[batch.project_id][code] = batch
        if batch.status == Status.SUBMITTED:
            settled.add((batch.project_id, code))
    for project, code in settled:
        del found[project][code]
    return found


def last_month(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """First and last day of the month whose payroll is due now: the one before this."""
    month_end = today.replace(day=1) - datetime.timedelta(days=1)
    return month_end.replace(day=1), month_end


def missing_of_project(scope: Scope, project: Project, *, today: datetime.date) -> Project | None:
    """The project with `owed` where the caller misses its payroll of last month."""
    month_on, month_end = last_month(today)
    found = projects_without_payroll(scope, month_on, month_end).filter(pk=project.pk)
    return next(iter(with_owed(scope, found, month_on, month_end)), None)


def missing_payroll(scope: Scope, *, today: datetime.date, area_code: str = "", limit: int) -> dict:
    """What first pages show of last month: projects for which the caller still owes a submitted payroll."""
    return missing_of_month(scope, *last_month(today), area_code=area_code, limit=limit)


def missing_of_month(
    scope: Scope, month_on: datetime.date, month_end: datetime.date, *, area_code: str = "", limit: int
) -> dict:
    """Context of `payroll/_missing.html`."""
    missing = projects_without_payroll(scope, month_on, month_end)
    if area_code:
        missing = missing.filter(area__code=area_code)
    shown = list(missing[: limit + 1])
    total = missing.count() if len(shown) > limit else len(shown)
    return {
        "missing": with_owed(scope, shown[:limit], month_on, month_end),
        "missing_total": total,
        "missing_more": max(0, total - limit),
        "missing_month": month_on,
    }


def _owing(scope: Scope, month_on: datetime.date, month_end: datetime.date) -> QuerySet:
    """Roster entries of the month whose employer has no submitted batch of it, nil returns included."""
    employer = Q(subcontractor_id=OuterRef("employer_id")) | Q(
        subcontractor__isnull=True,
        project__parties__part=ProjectParty.Part.GENERAL_CONTRACTOR,
        project__parties__organization_id=OuterRef("employer_id"),
    )
    settled = PayrollBatch.objects.filter(
        employer, project_id=OuterRef("project_id"), month_on=month_on, status=Status.SUBMITTED, sequence=0
    ).order_by()
    return _in_month(entries(scope), month_on, month_end).filter(~Exists(settled.values("pk")))


def _in_month(rows: QuerySet, month_on: datetime.date, month_end: datetime.date) -> QuerySet:
    """Who is known from a payroll alone, without a stay, was there when that payroll says; it proves nothing of others."""
    return rows.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=month_on), entered_on__isnull=False, entered_on__lte=month_end
    )
