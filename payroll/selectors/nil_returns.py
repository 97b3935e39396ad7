"""What speaks against 本月无用工: where the employer's time on a site began, and who was there in the month."""

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from payroll.models import AttendanceDay, SiteStay
from payroll.rules.month import Month
from payroll.selectors.site_people import entries
from projects.models import Project, ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from projects.selectors.records import subcontract_signed_on_unscoped
from responsibilities.models import Organization
from responsibilities.rules.scope import Scope


@dataclass(frozen=True)
class Present:
    """Who stands against a nil return: people with a stay in the month, people with attendance in it."""

    on_site: int
    attended: int


def employer_unscoped(project: Project, subcontractor: Organization | None) -> Organization | None:
    """Who employs, as the roster names it: the general contractor for its own crews; None where none is registered."""
    return subcontractor or organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)


def employer_since_unscoped(project: Project, subcontractor: Organization | None) -> datetime.date | None:
    """The first day that is known of a subcontractor on a project: its contract, an entry, a day attended.

    None: nothing is known, or it is the general contractor, whose time is the project's.
    """
    if subcontractor is None:
        return None
    stays = SiteStay.objects.filter(entry__project=project, entry__employer=subcontractor).order_by("entered_on")
    days = AttendanceDay.objects.filter(project=project, subcontractor=subcontractor).order_by("on")
    known = (
        subcontract_signed_on_unscoped(project, subcontractor),
        stays.values_list("entered_on", flat=True).first(),
        days.values_list("on", flat=True).first(),
    )
    return min((day for day in known if day), default=None)


def people_of_month(
    scope: Scope | None, project: Project, subcontractor: Organization | None, month_on: datetime.date
) -> QuerySet:
    """The employer's roster entries with a stay in the month. Who is known from a payroll alone has none.

    By stays, not by the entry's own dates: those tell the latest stay only.
    """
    month = Month(month_on.year, month_on.month)
    there = SiteStay.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=month.first), entry_id=OuterRef("pk"), entered_on__lte=month.last
    )
    rows = entries(scope).filter(project=project, employer=employer_unscoped(project, subcontractor))
    return rows.filter(Exists(there)).order_by("worker__pinyin_key", "worker__name", "pk")


def present_in_month(
    scope: Scope | None, project: Project, subcontractor: Organization | None, month_on: datetime.date
) -> Present:
    """How many people speak against a nil return, within what the caller may see; no scope is the system itself."""
    month = Month(month_on.year, month_on.month)
    days = AttendanceDay.objects.filter(
        project=project, subcontractor=subcontractor, on__gte=month.first, on__lte=month.last
    )
    return Present(
        on_site=people_of_month(scope, project, subcontractor, month_on).count(),
        attended=days.order_by().values("worker_id").distinct().count(),
    )
