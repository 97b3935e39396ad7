"""Months of a site without a submitted payroll, also those before the last: no sheet tells of a sheet that isn't there.

Basis: 724 art 31: the general contractor's and subcontractors' payrolls of each month.
"""

import datetime
from collections import defaultdict

from django.db.models import DateField, Exists, OuterRef, Value

from payroll.models import PayrollBatch
from payroll.rules.month import Month
from payroll.selectors.missing import last_month, projects_without_payroll
from projects.models import Project
from responsibilities.rules.scope import Scope

LOOKED_BACK = 6  # months, at most: whatever is older is a matter of cases


def months_without_payroll(
    scope: Scope,
    *,
    today: datetime.date,
    first_on: datetime.date | None = None,
    last_on: datetime.date | None = None,
    project: Project | None = None,
) -> dict[str, list[datetime.date]]:
    """By project code, the first days of months between both (the latest ones that are over), oldest first.

    Last month is asked of every site under construction. A month before it only where a payroll of an earlier one was
    submitted: what was before a site came to the portal is not asked for. One query.
    """
    due, _ = last_month(today)
    last = Month.around(min(last_on or due, due))
    begun = PayrollBatch.objects.filter(project_id=OuterRef("pk"), status=PayrollBatch.Status.SUBMITTED).order_by()
    of_months = []
    for month in (last.moved(-back) for back in reversed(range(LOOKED_BACK))):
        if first_on is not None and month.first < first_on:
            continue
        rows = projects_without_payroll(scope, month.first, month.last)
        if project is not None:
            rows = rows.filter(pk=project.pk)
        if month.first != due:
            rows = rows.filter(Exists(begun.filter(month_on__lt=month.first).values("pk")))
        asked_on = Value(month.first, output_field=DateField())
        of_months.append(rows.order_by().annotate(asked_on=asked_on).values_list("code", "asked_on"))
    found = defaultdict(list)
    for code, asked_on in sorted(of_months[0].union(*of_months[1:], all=True)) if of_months else ():
        found[code].append(asked_on)
    return dict(found)


def gaps_before(scope: Scope, *, today: datetime.date) -> list[tuple[datetime.date, int]]:
    """Months before the last, each with how many sites lack a payroll of it; the oldest first."""
    due, _ = last_month(today)
    counts: dict[datetime.date, int] = defaultdict(int)
    for months in months_without_payroll(scope, today=today).values():
        for month_on in months:
            if month_on < due:
                counts[month_on] += 1
    return sorted(counts.items())
