"""The project list and page: projects with the deadlines that the caller sees on them."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from escalation.models import Deadline
from escalation.selectors.lists import LIVE
from projects.models import Project
from projects.selectors.projects import projects, search_projects, stage_condition, with_main_parties
from responsibilities.models import AuditEvent
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

SORTS = {
    "code": ("code",),
    "name": ("pinyin_key", "code"),
    "area": ("area__sort_order", "code"),
    "type": ("project_type__sort_order", "code"),
    "value": ("contract_value", "code"),
    "start": ("actual_start_on", "code"),
    "due": ("next_due_on", "code"),
    "overdue": ("overdue", "code"),
}
NULLABLE = frozenset({"contract_value", "actual_start_on", "next_due_on"})
TRAIL_ENTRIES = 60


@dataclass(frozen=True)
class ProjectCriteria:
    """What the project list is narrowed by; names are those in the address."""

    q: str = ""
    area: str = ""
    type: str = ""
    funding: str = ""
    stage: str = ""
    overdue: str = ""
    enrolled: str = ""


def project_list_rows(scope: Scope, criteria: ProjectCriteria, *, today: datetime.date) -> QuerySet[Project]:
    """Visible projects that meet the criteria, each with `overdue` (count) and `next_due_on`."""
    rows = search_projects(projects(scope), criteria.q)
    if criteria.area:
        rows = rows.filter(area__code=criteria.area)
    if criteria.type:
        rows = rows.filter(project_type__code=criteria.type)
    if criteria.funding:
        rows = rows.filter(funding_nature=criteria.funding)
    if criteria.stage:
        rows = rows.filter(stage_condition(criteria.stage, today))
    if criteria.enrolled:
        rows = rows.filter(enrolled_on__isnull=criteria.enrolled == "no")
    live = Deadline.objects.visible_to(scope).filter(project_id=OuterRef("pk"), status__in=LIVE)
    if criteria.overdue:
        late = Exists(live.filter(due_on__lt=today))
        rows = rows.filter(late if criteria.overdue == "yes" else ~late)
    return rows.annotate(
        overdue=_of_project(live.filter(due_on__lt=today), Count("pk"), IntegerField()),
        next_due_on=Subquery(live.order_by().values("project_id").annotate(first=Min("due_on")).values("first")),
    )


def ordered_projects(rows: QuerySet[Project], sort: str) -> QuerySet[Project]:
    """By a name of SORTS, "-" for descending, unknown values last; by default the longest overdue first."""
    names = SORTS.get(sort.removeprefix("-"))
    if names is None:
        return rows.order_by(F("next_due_on").asc(nulls_last=True), "code")
    down = sort.startswith("-")
    order = []
    for name in names:
        field = F(name)
        last = {"nulls_last": True} if name in NULLABLE else {}
        order.append(field.desc(**last) if down else field.asc(**last))
    return rows.order_by(*order)


def project_totals(scope: Scope, rows: QuerySet[Project], *, today: datetime.date) -> dict[str, int]:
    """`total` and `overdue` (projects with something overdue) for the words over the list."""
    late = Deadline.objects.visible_to(scope).filter(project_id=OuterRef("pk"), status__in=LIVE, due_on__lt=today)
    return rows.order_by().aggregate(total=Count("pk"), overdue=Count("pk", filter=Q(Exists(late))))


def project_rows_with_parties(rows: QuerySet[Project]) -> QuerySet[Project]:
    """The rows of one page with developer, contractor and industry unit."""
    return with_main_parties(rows)


def deadlines_of_project(scope: Scope, project: Project) -> QuerySet[Deadline]:
    """The visible deadlines of a project: what is open first, by date."""
    done = Q(status__in=LIVE)
    return (
        Deadline.objects.visible_to(scope)
        .filter(project=project)
        .annotate(is_open=done)
        .order_by("-is_open", "due_on", "id")
    )


def trail_of_project(scope: Scope, project: Project) -> list[AuditEvent]:
    """The last acts on a visible project, for those who look after projects; enterprises see their papers only."""
    watching = (Permission.PROJECT_EDIT, Permission.ESCALATION_VIEW, Permission.TRAIL_VIEW)
    if not any(scope.can(permission) for permission in watching):
        return []
    return list(AuditEvent.objects.filter(project_id=project.pk).order_by("-id")[:TRAIL_ENTRIES])


def _of_project(rows: QuerySet, aggregate, field):
    counted = rows.order_by().values("project_id").annotate(found=aggregate).values("found")
    return Coalesce(Subquery(counted, output_field=field), 0)
