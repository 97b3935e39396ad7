"""Reads of payroll batches, their lines and remarks, within what the caller may see of pay.

Everything starts from the grants that carry `payroll.view`: a bank or an industry unit sees the project, but
none of its pay; a subcontractor sees only its own batches.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from payroll.models import PayrollBatch, PayrollLine, PayrollRejectedRow, PayrollRemark
from projects.models import Project, ProjectParty
from projects.selectors.projects import projects, search_projects
from responsibilities.models import Area, Organization
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission, Role
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status
LIVE = (Status.QUEUED, Status.READING, Status.MAPPING, Status.DRAFT, Status.SUBMITTED)
UNSUBMITTED = (Status.QUEUED, Status.READING, Status.MAPPING, Status.DRAFT)
WITHDRAWABLE = (*UNSUBMITTED, Status.REFUSED, Status.FAILED)
HIDDEN_BY_DEFAULT = (Status.DISCARDED, Status.SUPERSEDED)
ORDERINGS = {
    "month": ("month_on", "id"),
    "project": ("project__pinyin_key", "project__name", "-month_on", "-id"),
    "status": ("status", "-month_on", "-id"),
    "rows": ("accepted", "-id"),
    "net": ("accepted_net", "-id"),
    "uploaded": ("uploaded_at", "id"),
}


def batches(scope: Scope) -> QuerySet:
    """Batches that the caller may see."""
    return (
        PayrollBatch.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .select_related("project__area", "subcontractor", "uploaded_by", "notice")
        .defer("proposal")
    )


def batch_by_pk(scope: Scope, pk: int) -> PayrollBatch:
    """One batch; raises NotVisible."""
    batch = batches(scope).select_related("file", "annotated", "submitted_by", "supersedes").filter(pk=pk).first()
    if batch is None:
        raise NotVisible("没有找到这份工资表，或者它不在您的管辖范围内。")
    return batch


def may_act_on(scope: Scope | None, batch: PayrollBatch, permission: Permission) -> bool:
    """Whether the grants that carry the permission reach this batch; no scope is the system itself."""
    if scope is None:
        return True
    return PayrollBatch.objects.visible_to(scope.with_permission(permission)).filter(pk=batch.pk).exists()


def batches_to_withdraw(scope: Scope, pks: Iterable[int]) -> QuerySet:
    """Those of the batches that the caller may see, with `may_withdraw`: whether he may upload for their employer."""
    return (
        with_accepted_net(batches(scope))
        .filter(pk__in=list(pks))
        .select_related("file")
        .annotate(may_withdraw=Exists(_may_upload(scope).filter(pk=OuterRef("pk"))))
    )


def withdrawable_of(scope: Scope, rows: Iterable[PayrollBatch]) -> set[int]:
    """Which of the listed batches the caller may withdraw; one query."""
    open_ones = [batch.pk for batch in rows if batch.status in WITHDRAWABLE]
    return set(_may_upload(scope).filter(pk__in=open_ones).values_list("pk", flat=True)) if open_ones else set()


def _may_upload(scope: Scope) -> QuerySet:
    return PayrollBatch.objects.visible_to(scope.with_permission(Permission.PAYROLL_UPLOAD)).order_by()


def search_batches(
    rows: QuerySet,
    *,
    text: str = "",
    month_on: datetime.date | None = None,
    status: str = "",
    stage: str = "",
    kind: str = "",
    employer: str = "",
    area: str = "",
    order: str = "",
    onlooker: bool = False,
) -> QuerySet:
    """The list's filters. Without a status, replaced and withdrawn batches stay out of the way, and for `onlookers`
    those that were never submitted: uploads are the uploader's business until then. `live` shows them.

    `employer`: `own` for the general contractor's own crews, else an organization's code; `area` an area's.
    """
    if text:
        rows = rows.filter(project__in=search_projects(Project.objects.all(), text).values("pk"))
    if month_on:
        rows = rows.filter(month_on=month_on)
    if status == "all":
        pass
    elif status in Status.values:
        rows = rows.filter(status=status)
    elif onlooker and status != "live":
        rows = rows.filter(status__in=(Status.SUBMITTED, Status.RETURNED))
    else:
        rows = rows.exclude(status__in=HIDDEN_BY_DEFAULT)
    if stage in PayrollBatch.Stage.values and stage:
        rows = rows.filter(stage=stage, status=Status.SUBMITTED)
    if kind in PayrollBatch.Kind.values:
        rows = rows.filter(kind=kind)
    if employer == "own":
        rows = rows.filter(subcontractor__isnull=True)
    elif employer:
        rows = rows.filter(subcontractor__code=employer)
    if area:
        rows = rows.filter(project__area__code=area)
    rows = with_accepted_net(rows)
    return rows.order_by(*_ordering(order))


def with_accepted_net(rows: QuerySet) -> QuerySet:
    """Adds `accepted_net`: what the accepted lines pay, yuan. `total_net` is the whole sheet's."""
    total = PayrollLine.objects.filter(batch_id=OuterRef("pk")).order_by().values("batch_id").annotate(total=Sum("net"))
    return rows.annotate(accepted_net=Subquery(total.values("total")))


def batches_of_project(scope: Scope, project: Project) -> QuerySet:
    """A project's batches for its page: newest month first, withdrawn ones left out."""
    rows = batches(scope).filter(project=project).exclude(status=Status.DISCARDED)
    return with_accepted_net(rows).order_by("-month_on", "subcontractor_id", "-id")


def employers_in(rows: QuerySet) -> QuerySet:
    """Subcontractors of these batches, for the filter."""
    return Organization.objects.filter(pk__in=rows.order_by().values("subcontractor_id")).order_by("name")


def areas_in(rows: QuerySet) -> list[tuple[str, str]]:
    """Code and name of the areas of these batches' projects, in their official order, for the filter."""
    areas = Area.objects.filter(pk__in=rows.order_by().values("project__area_id")).order_by("sort_order", "code")
    return list(areas.values_list("code", "name"))


def lines_of(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """A batch's accepted lines with worker and card."""
    return (
        PayrollLine.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(batch=batch)
        .select_related("worker", "card")
        .order_by("row")
    )


def rejected_of(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """A batch's rows with errors, masked."""
    return (
        PayrollRejectedRow.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(batch=batch)
        .order_by("row")
    )


def remarks_of_batch(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """A batch's errors and warnings."""
    return (
        PayrollRemark.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(batch=batch)
        .order_by("row", "id")
    )


def remarks_beside_rows(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """What is said of the batch as a whole, at its titles and at its totals: no row of a worker shows it."""
    places = Q(row__isnull=True)
    for number, part in enumerate(batch.parts or [{"header_rows": batch.header_rows}], start=1):
        if rows := part.get("header_rows"):
            # A second table on a sheet has its titles below the first one's people.
            places |= Q(sheet_no=number, row__gte=rows[0], row__lte=rows[-1])
    totals: dict[int, list[int]] = {}
    for one in batch.ignored_rows:
        if one["why"] == "total":
            totals.setdefault(one.get("sheet_no", 1), []).append(one["row"])
    for number, rows in totals.items():
        places |= Q(sheet_no=number, row__in=rows)
    return remarks_of_batch(scope, batch).filter(places)


def rejected_by_sheet(scope: Scope, batch: PayrollBatch) -> dict[int, int]:
    """How many rows of each sheet can't be taken; sheets without any stand out."""
    found = rejected_of(scope, batch).order_by().values("sheet_no").annotate(found=Count("pk"))
    return {one["sheet_no"]: one["found"] for one in found}


def remark_counts(scope: Scope, batch: PayrollBatch) -> dict[str, int]:
    """How many errors, warnings and notices."""
    return remarks_of_batch(scope, batch).aggregate(
        errors=Count("pk", filter=Q(severity=PayrollRemark.Severity.ERROR)),
        warnings=Count("pk", filter=Q(severity=PayrollRemark.Severity.WARNING)),
        notices=Count("pk", filter=Q(severity=PayrollRemark.Severity.NOTICE)),
    )


def current_batch(scope: Scope, batch: PayrollBatch) -> PayrollBatch | None:
    """The submitted batch that submitting this one would replace."""
    return _beside(scope, batch).filter(status=Status.SUBMITTED).first()


def drafts_beside(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """Other sheets of the same month and employer that nobody submitted yet: only one of them can count."""
    return _beside(scope, batch).filter(status__in=UNSUBMITTED).order_by("id")


def of_every_version(batch: PayrollBatch, path: str = "") -> dict:
    """What a filter asks for to find a batch with the versions before and after it; `path` leads to the batch."""
    return {f"{path}{name}": value for name, value in zip(batch.VERSION_FIELDS, batch.version_key, strict=True)}


def _beside(scope: Scope, batch: PayrollBatch) -> QuerySet:
    return batches(scope).filter(**of_every_version(batch)).exclude(pk=batch.pk)


def accepted_total(batch: PayrollBatch) -> Decimal:
    """What the accepted lines of a visible batch pay, yuan."""
    return PayrollLine.objects.filter(batch=batch).aggregate(total=Sum("net"))["total"] or Decimal("0.00")


def gross_total(batch: PayrollBatch) -> Decimal | None:
    """What the accepted lines of a visible batch earned before anything was taken off; None where a line doesn't say."""
    found = PayrollLine.objects.filter(batch=batch).aggregate(
        total=Sum("gross"), silent=Count("pk", filter=Q(gross=None))
    )
    return None if found["silent"] else found["total"]


def projects_for_upload(scope: Scope) -> QuerySet:
    """Projects for which the caller may upload payrolls."""
    return projects(scope.with_permission(Permission.PAYROLL_UPLOAD)).order_by("pinyin_key", "name")


def employers_for_upload(scope: Scope | None, project: Project) -> list[Organization | None]:
    """For whom the caller may upload on a project: None is the general contractor's own crews.

    A subcontractor uploads only for itself; the general contractor for everybody; no scope is the system.
    """
    parties = ProjectParty.objects.filter(project=project, part=ProjectParty.Part.SUBCONTRACTOR)
    subcontractors = [party.organization for party in parties.select_related("organization").order_by("id")]
    if scope is None:
        return [None, *subcontractors]
    grants = scope.with_permission(Permission.PAYROLL_UPLOAD).grants
    wide = Scope(scope.user_id, tuple(grant for grant in grants if grant.role != Role.SUBCONTRACTOR))
    if Project.objects.visible_to(wide).filter(pk=project.pk).exists():
        return [None, *subcontractors]
    own = {grant.organization_id for grant in grants if grant.role == Role.SUBCONTRACTOR}
    return [organization for organization in subcontractors if organization.pk in own]


def _ordering(order: str) -> tuple[str, ...]:
    name = order.removeprefix("-")
    if name not in ORDERINGS:
        return ("-month_on", "-id")
    fields = ORDERINGS[name]
    if not order.startswith("-"):
        return fields
    first = fields[0]
    return (first[1:] if first.startswith("-") else f"-{first}", *fields[1:])


def place_in_queue(batch: PayrollBatch) -> int:
    """How many sheets are read before a queued one; whose they are isn't told."""
    return PayrollBatch.objects.filter(status__in=(Status.QUEUED, Status.READING), pk__lt=batch.pk).count()
