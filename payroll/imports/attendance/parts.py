"""What each of a person's rows holds: whole days, a half of each day, overtime."""

import re
from enum import StrEnum

from sheets.columns import bare, normalise


class Part(StrEnum):
    """What one of a person's rows holds."""

    DAY = "day"
    HALF = "half"
    OVERTIME = "overtime"


PART_LABELS = (
    (re.compile(r"(?:上午|早上|早|上半天|上|am)", re.IGNORECASE), Part.HALF),
    (re.compile(r"(?:下午|下半天|下|pm)", re.IGNORECASE), Part.HALF),
    (
        re.compile(r"(?:晚上|晚|夜|加班|加点|加班工时|加班时间|加班小时|加班h|ot|晚加班)", re.IGNORECASE),
        Part.OVERTIME,
    ),
    (re.compile(r"(?:出勤|白班|夜班|白天|正班|正常|日班|日工|工日|考勤|工时|出工|天数)"), Part.DAY),
)


def part_of(label: str) -> Part | None:
    """By what the row's label says; None for no label or another one."""
    text = bare(normalise(label)) if label else ""
    if not text:
        return None
    return next((part for pattern, part in PART_LABELS if pattern.fullmatch(text)), None)


def is_overtime(label: str) -> bool:
    """Whether the label says overtime."""
    return part_of(label) == Part.OVERTIME
