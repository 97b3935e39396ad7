"""Factories of WHEN for pages and review: deadlines as `reconcile` would leave them, made at once."""

import datetime
from itertools import count

from escalation.models import CalendarVersion, Deadline, DeadlineParty, Escalation, LadderStep, Notice, RuleVersion
from responsibilities.selectors.clock import SHANGHAI
from tests.factories.accounts import started_project

TODAY = datetime.date(2026, 11, 23)  # a Monday
_number = count(1)


def at(day: datetime.date, hour: int = 0) -> datetime.datetime:
    """A moment of a day in Shanghai; its first one, so that it is past at whatever hour the tests run."""
    return datetime.datetime.combine(day, datetime.time(hour), SHANGHAI)


def days(number: int) -> datetime.date:
    """So many calendar days from TODAY."""
    return TODAY + datetime.timedelta(days=number)


def rule_version(rule: str = "platform_onboard", *, extendable: bool = False) -> RuleVersion:
    """A version of a rule of its own, so that a test may say whether its term can be extended."""
    number = 100 + next(_number)
    version = RuleVersion.objects.create(
        rule=rule,
        number=number,
        in_force_from=datetime.date(1990, 1, 1) + datetime.timedelta(days=number),
        unit=RuleVersion.Unit.DAYS,
        term=30,
        extendable=extendable,
        legal_basis="《意见》二（三）二",
    )
    for level, offset in ((1, -1), (2, 1), (3, 3)):
        LadderStep.objects.create(rule_version=version, level=level, offset_workdays=offset, recipients=["owes"])
    return version


def calendar_version() -> CalendarVersion:
    """Any edition of the calendar."""
    found = CalendarVersion.objects.first()
    return found or CalendarVersion.objects.create(number=1, published_on=datetime.date(2024, 1, 1), note="试验")


def deadline(
    *,
    project=None,
    due_on: datetime.date = TODAY,
    rule: str = "platform_onboard",
    owes=(),
    supervises=(),
    status: str | None = None,
    version: RuleVersion | None = None,
    opened_on: datetime.date = TODAY - datetime.timedelta(days=40),
    **fields,
) -> Deadline:
    """A deadline with its parties; the status follows the date where none is given."""
    number = next(_number)
    project = project or started_project(f"P-{number:05d}")
    row = Deadline.objects.create(
        rule=rule,
        subject_id=fields.pop("subject_id", number),
        project=project,
        area=project.area,
        rule_version=version or rule_version(rule),
        calendar_version=calendar_version(),
        anchor_on=fields.pop("anchor_on", due_on - datetime.timedelta(days=30)),
        original_due_on=fields.pop("original_due_on", due_on),
        due_on=due_on,
        status=status or ("overdue" if due_on < TODAY else "open"),
        opened_at=at(opened_on),
        updated_at=at(opened_on),
        **fields,
    )
    for part, organizations in (("owes", owes), ("supervises", supervises)):
        for organization in organizations:
            DeadlineParty.objects.create(deadline=row, organization=organization, part=part)
    return row


def escalation(row: Deadline, **fields) -> Escalation:
    """The proposal to supervise."""
    return Escalation.objects.create(
        deadline=row, proposed_on=fields.pop("proposed_on", TODAY), created_at=at(TODAY), **fields
    )


def notice(row: Deadline, recipient, *, level: int = 2, created_on: datetime.date = TODAY) -> Notice:
    """A notice on a unit's table."""
    return Notice.objects.create(
        deadline=row,
        level=level,
        recipient=recipient,
        noticed_on=created_on,
        due_on=row.due_on,
        created_at=at(created_on),
    )
