"""Labour contracts against stays: whether somebody entered a site without one. 724 art 28, in force since 2020-05-01."""

import datetime
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Term(NamedTuple):
    """A contract's signing day (its start where that isn't filled in) and its last day, None while open."""

    signed_on: datetime.date
    ends_on: datetime.date | None


class Breach(StrEnum):
    """What is wrong with an entry."""

    MISSING = "missing"
    LATE = "late"


class Finding(NamedTuple):
    """An entry's breach; `days` from the entry to the signing where it came late."""

    breach: Breach
    days: int | None = None

    @property
    def words(self) -> str:
        """For the page, a whole clause."""
        if self.breach == Breach.MISSING:
            return "进场时没有劳动合同或用工书面协议"
        return f"进场 {self.days} 天后才签订合同"


def entry_finding(entered_on: datetime.date, left_on: datetime.date | None, terms: Iterable[Term]) -> Finding | None:
    """None where a contract was signed by the day of entry and ran on it; else what is wrong."""
    later: list[int] = []
    for term in terms:
        if term.signed_on <= entered_on and (term.ends_on is None or term.ends_on >= entered_on):
            return None
        if term.signed_on > entered_on and (left_on is None or term.signed_on <= left_on):
            later.append((term.signed_on - entered_on).days)
    return Finding(Breach.LATE, min(later)) if later else Finding(Breach.MISSING)


_DAILY = frozenset("天 日 工日 元/天 元/日 元/工日 元每天 个工 工".split())
_MONTHLY = frozenset("月 元/月 元每月".split())
_HOURLY = frozenset("小时 时 元/小时 元/时 h".split())


def wage_form_of(unit: str) -> str:
    """`daily`, `monthly`, `hourly` or `piece` by the unit of the price; "" for none."""
    unit = unit.strip()
    if not unit:
        return ""
    for form, units in (("daily", _DAILY), ("monthly", _MONTHLY), ("hourly", _HOURLY)):
        if unit in units:
            return form
    return "piece"
