"""The payroll template of a project and month, pre-filled with its roster."""

from typing import BinaryIO

from django.db import transaction

from payroll.imports.columns import TITLES
from payroll.rules.month import Month
from payroll.selectors.roster import latest_cards_unscoped, roster_of
from projects.selectors.projects import may_act
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from sheets.writing import OutColumn, OutSheet, write_xlsx

WIDTHS = {"seq": 6, "id_number": 22, "bank_card": 24, "bank_name": 18, "phone": 14, "signed": 10, "remark": 18}
MONEY = {"unit_price", "gross", "deductions", "advance", "net_pay"}
NUMBERS = {"seq", "days"}
LEFT_OUT = {"hours", "month"}


@transaction.atomic
def template_write(target: BinaryIO, *, project, month: Month, actor: Actor, scope=None) -> int:
    """Write the workbook; returns how many people it names.

    ID numbers and cards are filled in only for those who may see them in full, and then the trail says so;
    others get the names and fill the numbers in. The file can be uploaded once the amounts are in it.
    """
    full = scope is None or may_act(scope, project, Permission.PAYROLL_REVEAL)
    entries = list(roster_of(scope, project))
    cards = latest_cards_unscoped(project.pk) if full else {}
    names = [name for name in TITLES if name not in LEFT_OUT]
    rows = (_row(position, entry, cards, full, names) for position, entry in enumerate(entries, start=1))
    sheet = OutSheet(
        name=f"{month.chinese}工资",
        columns=[OutColumn(TITLES[name], _kind(name), WIDTHS.get(name, 12)) for name in names],
        rows=rows,
        above=[f"{project.name} {month.chinese}农民工工资表", "请勿改动列名；身份证号、银行卡号保持文本格式。"],
    )
    write_xlsx(target, [sheet])
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


def _row(position: int, entry, cards: dict, full: bool, names: list[str]) -> list:
    worker, card = entry.worker, cards.get(entry.worker_id)
    known = {"seq": position, "name": worker.name, "crew": entry.crew, "trade": entry.trade}
    if full:
        known["id_number"] = vault.unseal_text(worker.id_number_sealed, "id_number")
        known["phone"] = vault.unseal_text(worker.phone_sealed, "phone") if worker.phone_sealed else ""
        known["bank_card"] = vault.unseal_text(card.number_sealed, "bank_card") if card else ""
        known["bank_name"] = card.bank_name if card else ""
    return [known.get(name) for name in names]


def _kind(name: str) -> str:
    if name in MONEY:
        return "money"
    return "number" if name in NUMBERS else "text"
