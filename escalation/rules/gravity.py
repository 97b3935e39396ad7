"""Bands of lateness by which the review queue is sorted and counted: a matter of display, not of law."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """Overdue by `from_days` to `to_days` calendar days; `to_days` None is open-ended."""

    code: str
    label: str
    words: str
    from_days: int
    to_days: int | None

    def due_between(self, today: datetime.date) -> tuple[datetime.date | None, datetime.date]:
        """The due dates of this band on a day: (earliest or None, latest)."""
        latest = today - datetime.timedelta(days=self.from_days)
        earliest = None if self.to_days is None else today - datetime.timedelta(days=self.to_days)
        return earliest, latest


BANDS = (
    Band("grave", "严重", "逾期超过 30 天", 31, None),
    Band("serious", "较重", "逾期 11 至 30 天", 11, 30),
    Band("plain", "一般", "逾期 10 天以内", 1, 10),
)


def band_of(due_on: datetime.date, today: datetime.date) -> Band | None:
    """The band of a due date; None where it isn't overdue."""
    days = (today - due_on).days
    return next((band for band in BANDS if days >= band.from_days), None)
