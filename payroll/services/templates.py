"""The payroll template of a project and month, pre-filled with those on the roster in that month."""

from typing import BinaryIO

from django.db import transaction

from payroll.imports.columns import TITLES
from payroll.rules.month import Month
from payroll.selectors.previous import employer_of_roster_unscoped
from payroll.selectors.roster import latest_cards_unscoped, roster_of_month
from payroll.services.blanks import form_columns, instructions, numbers_in_full
from projects.selectors.projects import may_act
from responsibilities.models import Organization
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor, record_event
from sheets.forms import Form, write_forms

NAMES = tuple(name for name in TITLES if name not in ("hours", "month"))
SAMPLE = {
    "seq": "示例",
    "name": "张三",
    "crew": "木工1班",
    "trade": "木工",
    "days": 26,
    "unit_price": 230,
    "gross": 5980,
    "deductions": 100,
    "advance": 500,
    "net_pay": 5380,
    "remark": "示例行，不会读取，可以删除",
}
EVERYBODY = "everybody"


@transaction.atomic
def template_write(
    target: BinaryIO,
    *,
    project,
    month: Month,
    actor: Actor,
    scope=None,
    employer: Organization | str | None = EVERYBODY,
    formulas: bool = False,
) -> int:
    """Write the workbook; returns how many people it names.

    ID numbers and cards are filled in only for those who may see them in full, and then the trail says so;
    others get the names and fill the numbers in. `employer`: a subcontractor, None for the general contractor's
    own crews, EVERYBODY for the whole roster. `formulas` computes gross and net in the sheet. The file can be
    uploaded once the amounts are in it; the sheet of instructions and the sample row are never read.
    """
    full = scope is None or may_act(scope, project, Permission.PAYROLL_REVEAL)
    entries = roster_of_month(scope, project, month)
    if employer != EVERYBODY:
        entries = entries.filter(employer=employer_of_roster_unscoped(project, employer))
    entries = list(entries)
    cards = latest_cards_unscoped(project.pk) if full else {}
    rows = [_row(position, entry, cards, full) for position, entry in enumerate(entries, start=1)]
    form = Form(
        name=f"{month.chinese}工资",
        above=[f"{project.name} {month.chinese}农民工工资表", "请勿改动列名；身份证号、银行卡号保持文本格式。"],
        header=[[TITLES[name] for name in NAMES]],
        columns=form_columns(NAMES, _crews(entries), formulas=formulas),
        # Where people are known already, their rows are example enough.
        rows=rows or [[SAMPLE.get(name) for name in NAMES]],
    )
    write_forms(target, [form], instructions(NAMES, month))
    record_event(
        actor=actor,
        action="payroll.template",
        target=project,
        project_id=project.pk,
        changes={
            "month": ["", str(month)],
            "workers": ["", str(len(entries))],
            "full_numbers": ["", "是" if full else "否"],
        },
    )
    return len(entries)


def _row(position: int, entry, cards: dict, full: bool) -> list:
    known = {"seq": position, "name": entry.worker.name, "crew": entry.crew, "trade": entry.trade}
    if full:
        known |= numbers_in_full(entry.worker, cards.get(entry.worker_id))
    return [known.get(name) for name in NAMES]


def _crews(entries) -> list[str]:
    return sorted({entry.crew for entry in entries if entry.crew})
