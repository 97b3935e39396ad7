"""Which projects, and which employers on them, have no payroll of a month yet."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from payroll.models import PayrollBatch
from payroll.rules.employers import OWN, OWN_CREWS
from payroll.selectors.batches import batches
from payroll.selectors.site_people import entries
from projects.models import Project, ProjectParty
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
NOT_SUBMITTED = (Status.QUEUED, Status.READING, Status.MAPPING, Status.DRAFT)


def projects_without_payroll(scope: Scope, month_on: datetime.date, month_end: datetime.date) -> QuerySet:
    """Projects under construction in a month for which the caller misses a submitted batch: of any employer who has
    people on the roster in that month, or, where nobody is on a roster, of anybody. `waiting` where one is uploaded, `sent_back` where one was returned.
    """
    visible = Project.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
    of_month = batches(scope).filter(project_id=OuterRef("pk"), month_on=month_on).order_by()
    submitted = of_month.filter(status=Status.SUBMITTED)
    waiting = of_month.filter(status__in=NOT_SUBMITTED)
    sent_back = of_month.filter(status=Status.RETURNED)
    owing = _owing(scope, month_on, month_end).filter(project_id=OuterRef("pk")).order_by()
    return (
        visible.filter(actual_start_on__lte=month_end)
        .filter(Q(completed_on__isnull=True) | Q(completed_on__gte=month_on))
        .filter(Exists(owing.values("pk")) | ~Exists(submitted.values("pk")))
        .annotate(waiting=Exists(waiting.values("pk")), sent_back=Exists(sent_back.values("pk")))
        .select_related("area")
        .order_by("pinyin_key", "name")
    )


def with_owing(
    scope: Scope, projects: Iterable[Project], month_on: datetime.date, month_end: datetime.date
) -> list[Project]:
    """The projects with `owing`: the employers who have people there and no submitted batch, as people call them.

    `owing_code` is the first of them as the forms know it ("own" for the contractor's crews), "" where none is known.
    """
    projects = list(projects)
    contractor = ProjectParty.objects.filter(
        project_id=OuterRef("project_id"),
        organization_id=OuterRef("employer_id"),
        part=ProjectParty.Part.GENERAL_CONTRACTOR,
    )
    rows = _owing(scope, month_on, month_end).filter(project__in=projects).annotate(own=Exists(contractor))
    found = defaultdict(list)
    names = (
        rows.order_by("-own", "employer__name")
        .values_list("project_id", "own", "employer__code", "employer__name")
        .distinct()
    )
    for project, own, code, name in names if projects else ():
        found[project].append((OWN, OWN_CREWS) if own else (code, name))
    for project in projects:
        project.owing = [name for _, name in found[project.pk]]
        project.owing_code = found[project.pk][0][0] if found[project.pk] else ""
    return projects


def last_month(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """First and last day of the month whose payroll is due now: the one before this."""
    month_end = today.replace(day=1) - datetime.timedelta(days=1)
    return month_end.replace(day=1), month_end


def missing_of_project(scope: Scope, project: Project, *, today: datetime.date) -> Project | None:
    """The project with `owing`, `owing_code`, `waiting` and `sent_back` where the caller misses its payroll of last month."""
    month_on, month_end = last_month(today)
    found = projects_without_payroll(scope, month_on, month_end).filter(pk=project.pk)
    return next(iter(with_owing(scope, found, month_on, month_end)), None)


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
        "missing": with_owing(scope, shown[:limit], month_on, month_end),
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
