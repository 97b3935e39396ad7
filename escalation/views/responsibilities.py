"""责任清单: the 21 rows as the official table, and beside each duty what is live for it now."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from escalation.catalogue.registry import RULES
from escalation.catalogue.sleeping import SLEEPING_TITLES
from escalation.models import Deadline
from escalation.selectors.bodies import Counts, live_counts
from responsibilities.models import Body, Duty
from responsibilities.rules.roles import Permission
from responsibilities.selectors.areas import areas
from responsibilities.selectors.clock import today
from responsibilities.selectors.duties import ListBody, ListRow, UnitOf, rows_with_duties
from responsibilities.views.access import needs
from responsibilities.views.listing import export


@dataclass(frozen=True)
class LiveItem:
    """One rule of a duty for one body: how many are open and overdue, and the lists behind the numbers."""

    title: str
    body: Body
    named: bool
    open: int
    overdue: int
    open_url: str
    overdue_url: str


@dataclass(frozen=True)
class DutyLine:
    """A duty with its live items; asleep where no rule that runs feeds it."""

    duty: Duty
    items: list[LiveItem]
    waiting: list[str]

    @property
    def asleep(self) -> bool:
        return not self.items


@dataclass(frozen=True)
class BodyCell:
    """A body as the table names it, its unit in the chosen area, and who it is everywhere."""

    body: Body
    unit: UnitOf | None
    units: tuple[UnitOf, ...]


@dataclass(frozen=True)
class RowBlock:
    """One of the 21 rows, a line for each duty."""

    number: int
    bodies: list[BodyCell]
    lines: list[DutyLine]


@needs(Permission.RESPONSIBILITY_VIEW)
@require_safe
def responsibility_list(request):
    """`?area=` shows the units of one area and counts only there."""
    choices = areas()
    area = request.GET.get("area", "")
    chosen = next((found for found in choices if found.code == area), None)
    code = chosen.code if chosen else ""
    counts = live_counts(request.scope, today=today(), area=code)
    blocks = [_block(row, counts, code) for row in rows_with_duties()]
    if request.GET.get("export"):
        request.scope.require(Permission.EXPORT)
        titles = [
            ("序号", 6, "number"),
            ("单位", 24),
            ("职责分工", 80),
            ("时限事项", 30),
            ("进行中", 10, "number"),
            ("逾期", 10, "number"),
        ]
        return export("责任清单", titles, _sheet(blocks))
    lines = [line for block in blocks for line in block.lines]
    return render(
        request,
        "escalation/responsibilities.html",
        {
            "blocks": blocks,
            "areas": choices,
            "chosen": chosen,
            "duties": len(lines),
            "asleep": sum(line.asleep for line in lines),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_open": request.scope.can(Permission.DEADLINE_VIEW),
        },
    )


def _block(row: ListRow, counts: Counts, area: str) -> RowBlock:
    return RowBlock(
        number=row.row.number,
        bodies=[BodyCell(one.body, one.in_area(area) if area else None, one.units) for one in row.bodies],
        lines=[_line(duty, row.bodies, counts, area) for duty in row.duties],
    )


def _line(duty: Duty, bodies: tuple[ListBody, ...], counts: Counts, area: str) -> DutyLine:
    items = [
        _item(code, one.body, len(bodies) > 1, counts, area)
        for code in duty.rule_codes
        if code in RULES
        for one in bodies
    ]
    waiting = [SLEEPING_TITLES.get(code, code) for code in duty.rule_codes if code not in RULES]
    return DutyLine(duty, items, waiting)


def _item(rule: str, body: Body, named: bool, counts: Counts, area: str) -> LiveItem:
    open_, overdue = counts.get((rule, body.code), (0, 0))

    def url(status: str) -> str:
        filters = {"rule": rule, "body": body.code, "area": area, "status": status}
        return reverse("escalation:deadlines") + "?" + urlencode({k: v for k, v in filters.items() if v})

    return LiveItem(
        title=RULES[rule].title,
        body=body,
        named=named,
        open=open_,
        overdue=overdue,
        open_url=url(Deadline.Status.OPEN),
        overdue_url=url(Deadline.Status.OVERDUE),
    )


def _sheet(blocks: list[RowBlock]):
    for block in blocks:
        names = "、".join(cell.unit.unit.name if cell.unit else cell.body.name for cell in block.bodies)
        for line in block.lines:
            for item in line.items:
                yield [
                    block.number,
                    names,
                    line.duty.text,
                    f"{item.title}（{item.body.name}）",
                    item.open,
                    item.overdue,
                ]
            if line.asleep:
                yield [block.number, names, line.duty.text, "未接入", None, None]
