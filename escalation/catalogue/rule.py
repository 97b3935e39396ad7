"""What a rule of the catalogue is: about twenty lines that say who owes what, from when, and what settles it.

Figures (term, ladder, legal basis) are not here but in `RuleVersion` rows.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

FACT_COLUMNS = (
    "subject_id",
    "project_id",
    "area_id",
    "period_on",
    "anchor_on",
    "month_day",
    "satisfied_on",
    "counted_on",
    "void_if_due_after",
)
"""What a rule's facts have, in this order. `month_day` serves terms that are a day of the month;
`counted_on` is the day that the satisfying act counts for; a due date after `void_if_due_after` is void."""


@dataclass(frozen=True)
class Party:
    """Who plays a part in a rule's deadlines: a QuerySet with `organization_id` and the `key` column.

    `key` is `project_id` where the unit is the project's, `subject_id` where it is the subject's own.
    """

    part: str
    units: Callable[[], QuerySet]
    key: str = "project_id"


@dataclass(frozen=True)
class Rule:
    """One duty with a clock. `matter` and `anchor` are words for screens; `settle` leads to the clearing form."""

    code: str
    title: str
    anchor_label: str
    anchor_source: str
    satisfied_label: str
    facts: Callable[[datetime.date], QuerySet]
    parties: tuple[Party, ...]
    matter: Callable[[str, datetime.date | None], str]
    settle_url: str
    settle_kwargs: Callable[[str, int, datetime.date | None], dict]
    settle_label: str
    subject_labels: Callable[[Iterable[int]], dict[int, str]] = field(default=lambda ids: {})
    prepare: Callable[..., int] | None = None

    def settle(self, *, project_code: str, subject_id: int, period_on: datetime.date | None) -> tuple[str, dict]:
        """URL name and keyword arguments of the form that clears a deadline."""
        return self.settle_url, self.settle_kwargs(project_code, subject_id, period_on)
