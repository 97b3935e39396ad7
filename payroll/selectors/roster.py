"""Who works on a project, for whom."""

from django.db import connection
from django.db.models import Q, QuerySet

from payroll.models import BankCard, RosterEntry
from projects.models import Project
from responsibilities.rules.roles import Permission, Role
from responsibilities.rules.scope import Scope


def roster_of(scope: Scope | None, project: Project) -> QuerySet:
    """Those on site now, by crew. A subcontractor sees only its own people; no scope is the system."""
    rows = RosterEntry.objects.filter(project=project, left_on__isnull=True)
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
