"""The checks of a payroll, declared by family: what is looked at, how grave it is, on which basis."""

from payroll.rules.checks import sheets
from payroll.rules.checks.batch import BatchChecks
from payroll.rules.checks.declared import (
    FAMILY_LABELS,
    Check,
    Family,
    Setting,
    Severity,
    catalogue,
    severities,
    stops_batch,
    stops_row,
)
from payroll.rules.checks.lines import ORDER, Line
from payroll.rules.checks.rows import RowChecks
from payroll.rules.checks.telling import Memory

__all__ = [
    "FAMILY_LABELS",
    "ORDER",
    "BatchChecks",
    "Check",
    "Family",
    "Line",
    "Memory",
    "RowChecks",
    "Setting",
    "Severity",
    "catalogue",
    "severities",
    "sheets",
    "stops_batch",
    "stops_row",
]
