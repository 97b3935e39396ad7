"""Who works on a project, for whom."""

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from payroll.models import BankCard, RosterEntry, SiteStay
from payroll.rules.month import Month
from projects.models import Project
from responsibilities.rules.roles import Permission, Role
from responsibilities.rules.scope import Scope


def roster_of_month(scope: Scope | None, project: Project, month: Month) -> QuerySet:
    """Those who can have worked in the month, by crew: not gone before it, not come after it.

    A subcontractor sees only its own people; no scope is the system.
    """
    there = (Q(left_on__isnull=True) | Q(left_on__gte=month.first)) & (
        Q(entered_on__isnull=True) | Q(entered_on__lte=month.last)
    )
    # The entry repeats the latest stay; who came back later was there in an earlier one.
    earlier = SiteStay.objects.filter(there, entry=OuterRef("pk"))
    rows = RosterEntry.objects.filter(there | Exists(earlier), project=project)
    if scope is not None:
        allowed = Q(pk__in=[])
        for grant in scope.with_permission(Permission.PAYROLL_VIEW).grants:
            seen = Project.objects.visible_to(Scope(scope.user_id, (grant,))).filter(pk=project.pk)
            if not seen.exists():
                continue
            allowed |= Q(employer_id=grant.organization_id) if grant.role == Role.SUBCONTRACTOR else ~Q(pk__in=[])
        rows = rows.filter(allowed)
    return rows.select_related("worker", "employer").order_by("crew", "worker__name", "id")


def latest_cards_unscoped(project_id: int) -> dict[int, BankCard]:
    """{worker: the card of the latest submitted pay on this project}."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (line.worker_id) line.card_id
            FROM payroll_payrollbatch batch JOIN payroll_payrollline line ON line.batch_id = batch.id
            WHERE batch.project_id = %s AND batch.status = 'submitted' AND line.card_id IS NOT NULL
            ORDER BY line.worker_id, batch.month_on DESC, line.id DESC
            """,
            [project_id],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return {card.worker_id: card for card in BankCard.objects.filter(pk__in=keys)}
