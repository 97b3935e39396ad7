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
    """Make a draft of reported rows; rows that are back pay make a back pay of the month that they name.

    Raises RowsRefused with every row's errors, and Refused: `corp_unknown`, `nothing_sent`, `too_many_rows`,
    `back_pay_mixed`, `back_pay_month_missing`, `month_in_future`, `back_pay_month`, `no_month_to_add_to`.
    Basis: 724 art 31.
    """
    require_rows(rows, LIST)
    subcontractor = subcontractor_of(scope, project, corp_code)
    kind, month = _kind_and_month(rows, month)
    errors = require_citizen_cards(rows)
    data = _sheet(rows, month)
    try:
        understood = open_sheet(data, project=project, month=month, kind=kind).complete()
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
            kind=kind,
            # The platform's report has no field for it.
            reason="实名制系统报送，报文未载明补发原因" if kind == PayrollBatch.Kind.BACK_PAY else "",
        )
        batch_read(batch.pk)
        batch.refresh_from_db()
        if batch.status == PayrollBatch.Status.REFUSED:
            raise Refused(batch.refused_code, batch.refused_message)
    return Taken(batch, created, [_told(remark, parsed.columns) for remark in parsed.warnings if remark.row])


def _kind_and_month(rows: list[dict], month: Month) -> tuple[str, Month]:
    """Whether the rows are the month's pay or back pay, and of which month: one report is one batch."""
    back = [row for row in rows if text(row, "isBackPay") in ("1", "True", "true")]
    if not back:
        return PayrollBatch.Kind.SHEET, month
    if len(back) < len(rows):
        message = "一次报送里既有当月工资又有补发工资（isBackPay 为 1）。请分开报送。"
        raise Refused("back_pay_mixed", message, {"isBackPay": message})
    months = {text(row, "backPayMonth") for row in back}
    try:
        (named,) = months
        return PayrollBatch.Kind.BACK_PAY, Month.of(named[:7])
    except ValueError:
        message = "补发工资要在每一行写明补发的是哪个月（backPayMonth，如 2026-08），一次报送只能补发同一个月。"
        raise Refused("back_pay_month_missing", message, {"backPayMonth": message}) from None


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
