"""Which checks are made once more when a draft is submitted, and what that changed, in words.

A draft's lines are final, so a check that looks at the sheet's own cells alone (format, arithmetic, one card or one
telephone twice in the sheet, a name beside an ID number) says the same again; only its severity may have changed.
What looks beyond the sheet may not: roster, attendance, contracts, other employers, other sites, the account, the
minimum wage, and the figures from which on a sign is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from payroll.rules.checks.accounts import CardDiffers
from payroll.rules.checks.attendance import SameDayOtherSite
from payroll.rules.checks.batch import BY_FACTS
from payroll.rules.checks.declared import catalogue
from payroll.rules.checks.minimum_wage import BelowMinimumWage
from payroll.rules.checks.people import UnknownWorker
from payroll.rules.checks.wage_return import ConsecutiveCards, CrewOutlier, IdenticalPay, RoundSums, SameAsLastMonth
from payroll.rules.remarks import Remark

# Made anew as a whole: what the earlier reading said of them goes.
REMADE = BY_FACTS | {
    check.code
    for check in (
        BelowMinimumWage,
        CardDiffers,
        ConsecutiveCards,
        CrewOutlier,
        IdenticalPay,
        RoundSums,
        SameAsLastMonth,
        SameDayOtherSite,
        UnknownWorker,
    )
}
# `shared_card` is made again too, but only added to: two rows of the sheet with one card still are two rows.
ROWS_TOLD = 10

Place = tuple[str, int, int]


def place_of(remark: Remark) -> Place:
    """What makes two remarks the same finding: code, sheet and row."""
    return remark.code, remark.sheet_no, remark.row or 0


def rows_by_code(places: Iterable[Place]) -> dict[str, list[int]]:
    """{code: rows in order, 0 for the whole batch}, as an act keeps it."""
    found: dict[str, list[int]] = defaultdict(list)
    for code, _sheet, row in sorted(places):
        found[code].append(row)
    return dict(found)


def where(rows: Iterable[int]) -> str:
    """2 处（第 5、8 行），整批 where it stands at no row."""
    known = [row for row in rows if row]
    if not known:
        return "（整批）"
    shown = "、".join(map(str, known[:ROWS_TOLD])) + (" 等" if len(known) > ROWS_TOLD else "")
    return f"{len(known)} 处（第 {shown} 行）"


def change_words(changed: Mapping[str, Mapping[str, list[int]]]) -> str:
    """What differs from what was shown before the submission; empty where nothing does."""
    said = []
    for name, word in (("new", "新出现"), ("gone", "已消除")):
        found = changed.get(name) or {}
        if found:
            told = "，".join(f"“{_title(code)}”{where(rows)}" for code, rows in found.items())
            said.append(f"{word}{told}")
    return "；".join(said)


def _title(code: str) -> str:
    known = catalogue().get(code)
    return known.title if known else code
