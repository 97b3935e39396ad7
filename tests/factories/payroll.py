"""Factories of PEOPLE AND PAY: valid ID numbers and cards, sheets as bytes, uploaded and read batches."""

import datetime
from decimal import Decimal
from io import BytesIO

from payroll.imports.columns import TITLES
from payroll.services.reading import batch_read
from payroll.services.uploads import batch_upload
from projects.models import ProjectParty
from responsibilities.rules.identifiers import id_check_digit, luhn_check_digit
from responsibilities.services.trail import Actor
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.factories.accounts import started_project

MONTH = datetime.date(2026, 10, 1)
COLUMNS = (
    "seq",
    "name",
    "id_number",
    "phone",
    "bank_card",
    "bank_name",
    "crew",
    "trade",
    "days",
    "unit_price",
    "gross",
    "deductions",
    "advance",
    "net_pay",
)
_SURNAMES = "张王李赵刘陈杨黄周吴徐孙马朱胡郭何高林罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def id_number(n: int) -> str:
    """A valid citizen number, another for each n below 300 million; born 1960 to 1999."""
    born = datetime.date(1966, 1, 1) + datetime.timedelta(days=n % 11_000)
    body = f"620702{born:%Y%m%d}{n // 11_000 % 500 * 2 + 1:03d}"
    return body + id_check_digit(body)


def card_number(n: int) -> str:
    """A valid UnionPay card of 19 digits."""
    body = f"621700{n:012d}"
    return body + luhn_check_digit(body)


def person(n: int, **changes) -> dict:
    """One row: 26 days at 230 yuan, 100 deducted, 500 paid early."""
    gross = Decimal(26 * 230)
    row = {
        "seq": n,
        "name": _SURNAMES[n % 20] + _GIVEN[n // 20 % 20] + _GIVEN[n // 400 % 20],
        "id_number": id_number(n),
        "phone": f"139{n:08d}",
        "bank_card": card_number(n),
        "bank_name": "甘肃银行",
        "crew": f"木工{n % 5 + 1}班",
        "trade": "木工",
        "days": Decimal(26),
        "unit_price": Decimal(230),
        "gross": gross,
        "deductions": Decimal(100),
        "advance": Decimal(500),
        "net_pay": gross - 600,
    }
    return row | changes


def sheet_bytes(rows, *, columns=COLUMNS, name="10月工资", above=("某项目农民工工资表",), total=None) -> bytes:
    """An .xlsx payroll with a title line, a header in row 2 and, where given, a 合计 row."""
    return _workbook([_out_sheet(rows, columns=columns, name=name, above=above, total=total)])


def sheets_bytes(**sheets) -> bytes:
    """An .xlsx with a payroll on each sheet: rows by the sheet's name."""
    return _workbook([_out_sheet(rows, name=name, above=(f"{name}工资表",)) for name, rows in sheets.items()])


def _out_sheet(rows, *, columns=COLUMNS, name, above, total=None) -> OutSheet:
    kinds = {"seq": "number", "days": "number"} | dict.fromkeys(
        ("unit_price", "gross", "deductions", "advance", "net_pay"), "money"
    )
    body = [[row.get(column) for column in columns] for row in rows]
    if total is not None:
        body.append([{"seq": "合计", "net_pay": Decimal(total)}.get(column) for column in columns])
    outs = [OutColumn(TITLES[column], kinds.get(column, "text")) for column in columns]
    return OutSheet(name=name, columns=outs, rows=body, above=above)


def _workbook(sheets) -> bytes:
    box = BytesIO()
    write_xlsx(box, sheets)
    return box.getvalue()


def site(cast, code="ZY-2026-010", **fields):
    """A started project of the cast: developer, contractor, subcontractor, bank, 人社 of 甘州区."""
    part = ProjectParty.Part
    return started_project(
        code,
        parties=[
            (part.DEVELOPER, cast.developer),
            (part.GENERAL_CONTRACTOR, cast.contractor),
            (part.SUBCONTRACTOR, cast.subcontractor),
            (part.SUBCONTRACTOR, cast.other_subcontractor),
            (part.HUMAN_RESOURCES, cast.unit("rsj", "620702")),
            (part.INDUSTRY_UNIT, cast.unit("zjj", "620702")),
            (part.BANK, cast.bank),
        ],
        **fields,
    )


def upload(project, data: bytes, *, user=None, subcontractor=None, month_on=MONTH, name="10月工资.xlsx", scope=None):
    """A queued batch; nobody is woken."""
    actor = Actor(user=user) if user else Actor.system("test")
    batch, _created = batch_upload(
        project=project,
        month_on=month_on,
        subcontractor=subcontractor,
        name=name,
        data=data,
        actor=actor,
        scope=scope,
        wake=False,
    )
    return batch


def draft(project, rows, **facts):
    """A batch that was read."""
    total = facts.pop("total", None)
    batch = upload(project, sheet_bytes(rows, total=total), **facts)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch
