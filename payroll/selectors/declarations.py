"""Wordings in force, and the telephones that posters show. No personal data, so no scope."""

import datetime

from django.db.models import Q

from payroll.models import ComplaintTelephone, Declaration
from responsibilities.selectors.figures import figure_on

SUBMIT, AUDIT, NIL = "payroll_submit", "payroll_audit", "payroll_nil"


def declaration_on(code: str, day: datetime.date) -> Declaration | None:
    """The wording in force on a day."""
    return Declaration.objects.filter(code=code, in_force_from__lte=day).order_by("-in_force_from").first()


def whole_figure(code: str, day: datetime.date) -> int:
    """A figure that counts days, minutes, tries or people. A missing one is an error of the installation."""
    return int(figure_on(code, day))


def complaint_telephones(area_id: int | None) -> list[ComplaintTelephone]:
    """Telephones for complaints in an area: its own first, then the hotlines of the whole country."""
    rows = ComplaintTelephone.objects.filter(Q(area_id=area_id) | Q(area__isnull=True), withdrawn_at__isnull=True)
    return sorted(rows, key=lambda row: (row.area_id is None, row.ordinal, row.pk))
