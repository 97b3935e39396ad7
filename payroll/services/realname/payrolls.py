"""`Payroll.Add`: rows of the standard become a sheet, which goes through the same reader, checks and pipeline.

Nothing is stored where a row has an error; the same content again is the same batch.
"""

import datetime
from dataclasses import dataclass
from io import BytesIO

from django.db import transaction

from payroll.imports.columns import TITLES
from payroll.models import PayrollBatch
from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.month import Month
from payroll.selectors.roster_facts import known_names_unscoped
from payroll.services.reading import batch_read
from payroll.services.realname.parties import require_citizen_cards, require_rows, subcontractor_of, text
from payroll.services.sheets import open_sheet
from payroll.services.uploads import batch_upload
from responsibilities.rules.errors import Refused, RowsRefused
from responsibilities.rules.identifiers import normalise_id
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from sheets.refusal import Refusal
from sheets.writing import OutColumn, OutSheet, write_xlsx

LIST = "detailList"
# Canonical column ← field of the standard; None: made here.
FIELDS = {
    "seq": None,
    "name": "workerName",
    "id_number": "idCardNumber",
    "bank_card": "payRollBankCardNumber",
    "bank_name": "payRollBankName",
    "crew": "teamName",
    "days": "days",
    "hours": "workHours",
    "gross": "totalPayAmount",
    "deductions": None,
    "net_pay": "actualAmount",
}
NUMBERS = {"days", "hours", "gross", "deductions", "net_pay"}


@dataclass(frozen=True, slots=True)
class Taken:
    """The batch that a report became, and what was remarked without hindering it."""

    batch: PayrollBatch
    created: bool
    warnings: list[dict]


def payroll_add(*, project, month: Month, corp_code: str, rows: list[dict], actor: Actor, scope=None) -> Taken:
    """Make a draft of reported rows. Raises RowsRefused with every row's errors, and Refused: `corp_unknown`,
    `nothing_sent`, `too_many_rows`, `back_pay_elsewhere`, `month_in_future`. Basis: 724 art 31.
    """
    require_rows(rows, LIST)
    subcontractor = subcontractor_of(scope, project, corp_code)
    if any(text(row, "isBackPay") in ("1", "True", "true") for row in rows):
        message = "补发工资（isBackPay 为 1）请在页面按月份办理，这里只受理当月工资。"
        raise Refused("back_pay_elsewhere", message, {"isBackPay": message})
    errors = require_citizen_cards(rows)
    data = _sheet(rows, month)
    try:
        understood = open_sheet(data, project=project, month=month).complete()
    except Refusal as refusal:
        raise Refused(refusal.code, refusal.message) from refusal
    parsed = understood.parsed
    errors += [_told(remark, parsed.columns) for remark in parsed.errors]
    if errors:
        raise RowsRefused(sorted(errors, key=lambda error: error["index"]), LIST)
    with transaction.atomic():
        batch, created = batch_upload(
            project=project,
            month_on=month.first,
            subcontractor=subcontractor,
            name=f"Payroll.Add-{month}.xlsx",
            data=data,
            actor=actor,
            scope=scope,
            wake=False,
        )
        batch_read(batch.pk)
        batch.refresh_from_db()
        if batch.status == PayrollBatch.Status.REFUSED:
            raise Refused(batch.refused_code, batch.refused_message)
    return Taken(batch, created, [_told(remark, parsed.columns) for remark in parsed.warnings if remark.row])


def _sheet(rows: list[dict], month: Month) -> bytes:
    """The rows as a workbook with our own titles: equal content gives equal bytes, so that a repetition is known."""
    index_of = vault.blind_indexer("id_number")
    numbers = [normalise_id(text(row, "idCardNumber", 60)) for row in rows]
    names = known_names_unscoped({index_of(number) for number in numbers if number})
    body = [
        [_value(row, name, at, names.get(index_of(number), (0, ""))[1]) for name in FIELDS]
        for at, (row, number) in enumerate(zip(rows, numbers, strict=True), start=1)
    ]
    columns = [OutColumn(TITLES[name], "number" if name in NUMBERS or name == "seq" else "text") for name in FIELDS]
    box = BytesIO()
    created = datetime.datetime.combine(month.first, datetime.time())
    write_xlsx(box, [OutSheet(f"{month.month}月工资", columns, body)], created=created)
    return box.getvalue()


def _value(row: dict, name: str, at: int, known_name: str) -> object:
    """A cell: numbers where they are numbers, else the text as it came, so that the checks say what is wrong."""
    if name == "seq":
        return at
    if name == "name":
        # The standard names people by their number alone; the register knows the name.
        return text(row, "workerName", 60) or known_name
    if name == "deductions":
        gross, net = _money(row.get("totalPayAmount")), _money(row.get("actualAmount"))
        return gross - net if gross is not None and net is not None and gross >= net else None
    value = row.get(FIELDS[name])
    if name in NUMBERS:
        amount = _money(value)
        return amount if amount is not None else text(row, FIELDS[name])
    return text(row, FIELDS[name])


def _money(value: object):
    try:
        return parse_money(None if value is None else str(value))
    except NotMoney:
        return None


def _told(remark, letters: dict[str, str]) -> dict:
    """A remark of the sheet at its place in the list."""
    letter = remark.cell.rstrip("0123456789")
    column = next((name for name, at in letters.items() if at == letter), "name")
    return {
        "index": max(remark.row - 2, 0),
        "field": FIELDS.get(column) or column,
        "code": remark.code,
        "message": remark.message,
    }
