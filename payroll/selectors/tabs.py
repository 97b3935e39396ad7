"""What the project page shows of pay."""

import datetime

from payroll.models import PayrollBatch
from payroll.selectors.batches import batches_of_project, employers_for_upload
from payroll.selectors.missing import last_month, missing_of_project
from payroll.selectors.month_gaps import months_without_payroll
from payroll.selectors.payouts import standings_unscoped
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def payroll_tab(scope: Scope, project, *, today: datetime.date) -> dict:
    """Context of `templates/payroll/_tab.html`: the project's batches, whether last month's is still missing or
    others before it are, and what the caller may do.
    """
    sees = scope.can(Permission.PAYROLL_VIEW)
    batches = list(batches_of_project(scope, project)) if sees else []
    current = [batch for batch in batches if batch.status == PayrollBatch.Status.SUBMITTED]
    due_on, _ = last_month(today)
    lacking = months_without_payroll(scope, today=today, project=project) if sees else {}
    standings = standings_unscoped(batch.pk for batch in current)
    for batch in current:
        batch.standing = standings.get(batch.pk)
    return {
        "project": project,
        "sees_payroll": sees,
        "batches": batches,
        "missing": missing_of_project(scope, project, today=today) if sees else None,
        "missing_month": due_on,
        "gaps": [month for month in lacking.get(project.code, ()) if month < due_on],
        "paid_total": sum((batch.accepted_net or 0 for batch in current), 0),
        "really_paid": sum((one.paid_net for one in standings.values()), 0),
        "paid_months": len({batch.month_on for batch in current}),
        "may_upload": bool(employers_for_upload(scope, project)),
    }
