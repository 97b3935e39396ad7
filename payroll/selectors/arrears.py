"""What areas owe their workers past the day, in sums that name nobody: for whoever oversees an area, leaders too.

Basis: 724 art 12 (the day that was agreed), art 14 (at the latest the next month), art 31 (each month's payroll).
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from payroll.rules.contests import NOT_CONCLUDED
from payroll.selectors.agreed_days import lines_past_their_day_unscoped, owed_lines_unscoped
from payroll.selectors.confirmations import contests
from payroll.selectors.missing import last_month, projects_without_payroll
from payroll.selectors.turns import AGREED, ARREARS, LATE, batches_in_turn
from responsibilities.models import Area
from responsibilities.rules.scope import Scope

AREA = "batch__project__area_id"


@dataclass(slots=True)
class AreaArrears:
    """One area: sheets past the law's last day, sheets past the day that contracts state, whom both leave unpaid and
    with how many yuan, sites without last month's payroll, contests that have not ended."""

    name: str
    code: str = ""
    late: int = 0
    agreed: int = 0
    people: int = 0
    amount: Decimal = Decimal("0.00")
    missing: int = 0
    disputed: int = 0

    @property
    def level(self) -> str:
        return "red" if self.late or self.agreed else "orange" if self.missing or self.disputed else "green"


def arrears_by_area(scope: Scope, today: datetime.date) -> list[AreaArrears]:
    """The areas in which the caller oversees something, in their official order, then all of them as one.

    Nothing for whoever oversees no area. A worker on two sheets counts once on each.
    """
    overseen = scope.summing()
    if not overseen.grants:
        return []
    people, missing, disputed = (defaultdict(int) for _ in range(3))
    sheets: dict[str, dict[int, int]] = {}
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for turn in ARREARS:
        late = batches_in_turn(overseen, turn, today).order_by()
        of_areas = late.values_list("project__area_id").annotate(n=Count("pk", distinct=True))
        sheets[turn] = defaultdict(int, of_areas)
        lines = owed_lines_unscoped() if turn == LATE else lines_past_their_day_unscoped(today)
        of_area = lines.filter(batch__in=late.values("pk")).values_list(AREA)
        for area, count, amount in of_area.annotate(n=Count("pk"), total=Sum("net")):
            people[area] += count
            amounts[area] += amount
    without = projects_without_payroll(overseen, *last_month(today)).order_by()
    missing |= dict(without.values_list("area_id").annotate(n=Count("pk", distinct=True)))
    open_ones = contests(overseen).filter(state__in=sorted(NOT_CONCLUDED)).order_by()
    disputed |= dict(open_ones.values_list(AREA).annotate(n=Count("pk")))
    known = {*sheets[LATE], *sheets[AGREED], *missing, *disputed}
    found = [
        AreaArrears(
            name=area.name,
            code=area.code,
            late=sheets[LATE][area.pk],
            agreed=sheets[AGREED][area.pk],
            people=people[area.pk],
            amount=amounts[area.pk],
            missing=missing[area.pk],
            disputed=disputed[area.pk],
        )
        for area in Area.objects.filter(pk__in=known).order_by("sort_order", "code")
    ]
    return [*found, _all_of(found)] if len(found) > 1 else found


def _all_of(areas: list[AreaArrears]) -> AreaArrears:
    total = AreaArrears("合计")
    for one in areas:
        total.late += one.late
        total.agreed += one.agreed
        total.people += one.people
        total.amount += one.amount
        total.missing += one.missing
        total.disputed += one.disputed
    return total
