"""The why of a deadline for its page: counted days, term, version, ladder. The words of the rule are the catalogue's."""

import datetime
from dataclasses import dataclass

from escalation.models import Deadline, LadderStep
from escalation.rules.terms import Rung, Term, term_words
from escalation.rules.why import RungStanding, StripDay, counted_days, rungs_on
from escalation.selectors.calendar import calendar_unscoped

# Enough calendar beyond the due day for every rung, and before it for a rung that precedes a long holiday.
MARGIN = datetime.timedelta(days=40)


@dataclass(frozen=True)
class Explanation:
    """What the panel 为什么 and the ladder show."""

    days: list[StripDay]
    counts_days: bool
    term: str
    rungs: list[tuple[LadderStep, RungStanding]]


def explain(deadline: Deadline, *, today: datetime.date) -> Explanation:
    """The explanation of a deadline that was narrowed by the caller; two queries."""
    version = deadline.rule_version
    term = Term(version.unit, version.term, version.rest_day_shift, version.extendable)
    ladder = list(version.ladder.all())
    last = max(deadline.due_on, deadline.original_due_on)
    calendar = calendar_unscoped(min(deadline.anchor_on, deadline.original_due_on) - MARGIN, last + MARGIN)
    standings = rungs_on(
        tuple(Rung(step.level, step.offset_workdays) for step in ladder),
        due_on=deadline.due_on,
        until=today if deadline.is_live else min(today, deadline.satisfied_on or deadline.due_on),
        running=deadline.is_live,
        calendar=calendar,
    )
    by_level = {step.level: step for step in ladder}
    return Explanation(
        days=counted_days(
            term, anchor_on=deadline.anchor_on, due_on=deadline.original_due_on, today=today, calendar=calendar
        ),
        counts_days=version.unit != version.Unit.MONTH_DAY,
        term=term_words(version),
        rungs=[(by_level[standing.level], standing) for standing in standings],
    )
