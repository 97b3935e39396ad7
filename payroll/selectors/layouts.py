"""Remembered layouts: those of the contractors for whom the caller uploads payrolls."""

from django.db.models import Q, QuerySet

from payroll.models import ColumnLayout, PayrollBatch
from payroll.selectors.previous import employer_of_roster_unscoped
from projects.models import Project, ProjectParty
from responsibilities.models import Organization
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission, Role
from responsibilities.rules.scope import Scope

Status = PayrollBatch.Status


def contractors(scope: Scope) -> QuerySet:
    """The caller's own contractor, and for a general contractor the subcontractors on its projects."""
    grants = scope.with_permission(Permission.PAYROLL_UPLOAD).grants
    wide = Scope(scope.user_id, tuple(grant for grant in grants if grant.role != Role.SUBCONTRACTOR))
    visible = Project.objects.visible_to(wide).values("pk")
    theirs = ProjectParty.objects.filter(part=ProjectParty.Part.SUBCONTRACTOR, project__in=visible)
    own = [grant.organization_id for grant in grants]
    return Organization.objects.filter(Q(pk__in=own) | Q(pk__in=theirs.values("organization_id"))).order_by("name")


def layouts(scope: Scope) -> QuerySet:
    """What is remembered for those contractors."""
    return ColumnLayout.objects.filter(organization__in=contractors(scope).order_by().values("pk")).select_related(
        "organization", "confirmed_by"
    )


def layout_by_pk(scope: Scope, pk: int) -> ColumnLayout:
    """One of them; raises NotVisible."""
    layout = layouts(scope).filter(pk=pk).first()
    if layout is None:
        raise NotVisible("没有找到这条记住的列对应，或者它不属于您可以上传工资表的单位。")
    return layout


def contractor_of_unscoped(batch: PayrollBatch) -> Organization | None:
    """Whose form a batch's file is: the subcontractor's, or the general contractor's."""
    return employer_of_roster_unscoped(batch.project, batch.subcontractor)


def columns_confirmed_since_unscoped(batch: PayrollBatch) -> bool:
    """Whether the contractor has confirmed columns after a sheet was read that nobody said them for, and waits."""
    if batch.status not in (Status.DRAFT, Status.MAPPING) or (batch.layout or {}).get("by") == "person":
        return False
    organization = contractor_of_unscoped(batch)
    read_at = batch.judged_at or batch.uploaded_at
    return (
        organization is not None
        and ColumnLayout.objects.filter(organization=organization, confirmed_at__gt=read_at).exists()
    )


def remembered_unscoped(organization: Organization | None) -> list[ColumnLayout]:
    """A contractor's memory, for reading its sheets."""
    if organization is None:
        return []
    return list(ColumnLayout.objects.filter(organization=organization).select_related("confirmed_by"))
