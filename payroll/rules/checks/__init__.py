"""The checks of a payroll, declared by family: what is looked at, how grave it is, on which basis."""

from payroll.rules.checks import attendance, sheets
from payroll.rules.checks.declared import (
    FAMILY_LABELS,
    Check,
    Family,
    Setting,
    Severity,
    catalogue,
    severities,
)
from payroll.rules.checks.lines import ORDER, Line
from payroll.rules.checks.rows import RowChecks
from payroll.rules.checks.telling import Memory

__all__ = [
    "FAMILY_LABELS",
    "ORDER",
    "Check",
    "Family",
    "Line",
    "Memory",
    "RowChecks",
    "Setting",
    "Severity",
    "attendance",
    "catalogue",
    "severities",
    "sheets",
]
