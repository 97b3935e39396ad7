"""When 总包 may approve a sheet at once, and when it must say why. Basis: 724 art 31."""

from decimal import Decimal
from typing import NamedTuple


class AuditFacts(NamedTuple):
    """What decides: workers asked and how many confirmed, contests in which neither side gave in, and contests
    that were taken up while this sheet still says what they were raised against.
    """

    asked: int
    confirmed: int
    unsettled: int
    taken_up: int = 0


def reasons_needed(facts: AuditFacts, *, minimum_share: Decimal) -> list[str]:
    """Whole sentences that an approval must answer with a reason; none where it may be given at once.

    A missing signature doesn't stop the others' pay: it is approved with the reason on record.
    """
    found = []
    if facts.unsettled:
        found.append(f"还有 {facts.unsettled} 条工资异议没有了结。")
    if facts.taken_up:
        found.append(f"有 {facts.taken_up} 条异议已经采纳，但这份工资表没有更正。")
    if facts.asked and Decimal(facts.confirmed) / facts.asked < minimum_share:
        share = f"{(minimum_share * 100).normalize():f}%"
        found.append(f"{facts.asked} 人中只有 {facts.confirmed} 人确认，不到 {share}。")
    return found
