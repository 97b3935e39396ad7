"""Reads a published holiday arrangement as people paste it: one day a line — date, name, 休 or 班."""

import datetime
import re

from escalation.rules.workdays import ArrangedDay
from responsibilities.rules.errors import Refused

_SEPARATORS = re.compile(r"[,，;；\s]+")
_OFF = frozenset({"休", "放假", "假"})
_WORKED = frozenset({"班", "上班", "调休", "补班"})
# More than so many wrong lines tell the person nothing new.
_NAMED = 5


def arranged_days(text: str) -> tuple[ArrangedDay, ...]:
    """The days of the text. Errors: `invalid`, naming each line that can't be read."""
    days, wrong = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        day = _day(line)
        if day is None:
            wrong.append(f"第 {number} 行“{line.strip()[:40]}”")
        else:
            days.append(day)
    if wrong:
        more = f"等 {len(wrong)} 行" if len(wrong) > _NAMED else ""
        sentence = (
            f"{'、'.join(wrong[:_NAMED])}{more}无法识别，请按“日期，名称，休或班”填写，例如：2027-02-06，春节，休。"
        )
        raise Refused("invalid", sentence, {"days": sentence})
    return tuple(days)


def _day(line: str) -> ArrangedDay | None:
    parts = [part for part in _SEPARATORS.split(line.strip()) if part]
    if len(parts) != 3 or parts[2] not in _OFF | _WORKED:
        return None
    try:
        day = datetime.date.fromisoformat(parts[0].replace("/", "-").replace(".", "-"))
    except ValueError:
        return None
    return ArrangedDay(day, parts[1], parts[2] in _OFF)
