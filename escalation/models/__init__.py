from escalation.models.calendar import CalendarDay, CalendarVersion, CalendarYear
from escalation.models.deadlines import Deadline, DeadlineParty, Notice
from escalation.models.escalations import Decision, Escalation, Response
from escalation.models.rules import LadderStep, RuleVersion

__all__ = [
    "CalendarDay",
    "CalendarVersion",
    "CalendarYear",
    "Deadline",
    "DeadlineParty",
    "Decision",
    "Escalation",
    "LadderStep",
    "Notice",
    "Response",
    "RuleVersion",
]
