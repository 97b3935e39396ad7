"""A formula whose result was never saved is told at its cell, in every column of pay and every format: never read as 0."""

import struct
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from payroll.imports.parse import parse
from sheets.reader import read
from sheets.values import column_letter
from tests.payroll.rules.people import PLACE, TITLES, row
from tests.sheets.biff_making import record, xls, xls_95
from tests.sheets.making import QUICK, raw_xlsx, spreadsheetml
from tests.sheets.test_nothing_is_altered import made_strict

# One that the system doesn't compute: it looks into another workbook.
FORMULA = "VLOOKUP(B2,[1]Sheet1!A:B,2,0)"
HERE = object()
ZERO, BLANK = bytes(8), b"\x03\0\0\0\0\0\xff\xff"
ADDED = b"\x1e\x01\0\x1e\x02\0\x03"
COLUMNS = {"出勤天数": "days", "应发工资": "gross", "扣款": "deductions", "预支": "advance", "实发工资": "net_pay"}


def table(title):
    people = [row(1), row(2)]
    people[0][PLACE[title]] = HERE
    return [TITLES, *people]


def as_xlsx(rows) -> bytes:
    def cell(place, value):
        if value is HERE:
            return f'<c r="{place}"><f>{FORMULA}</f></c>'
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    return raw_xlsx(
        "".join(
            f'<row r="{n}">{"".join(cell(f"{column_letter(at)}{n}", value) for at, value in enumerate(cells, 1))}</row>'
            for n, cells in enumerate(rows, 1)
        )
    )


def as_old(made, result, flags):
    def build(rows) -> bytes:
        at = rows[1].index(HERE)
        body = struct.pack("<HHH", 1, at, 0) + result + struct.pack("<HIH", flags, 0, len(ADDED)) + ADDED
        plain = [[None if value is HERE else value for value in cells] for cells in rows]
        return made(("工资", plain), cells=record(0x0006, body))

    return build


def as_xml(rows) -> bytes:
    def cell(value):
        if value is HERE:
            return '<Cell ss:Formula="=VLOOKUP(RC[-1],[1]Sheet1!C1:C2,2,0)"/>'
        kind = "String" if isinstance(value, str) else "Number"
        return f'<Cell><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'

    return spreadsheetml("".join(f"<Row>{''.join(map(cell, cells))}</Row>" for cells in rows)).encode()


def as_page(rows) -> bytes:
    def cell(value):
        if value is HERE:
            return f'<td x:num x:fmla="={FORMULA}"></td>'
        return f"<td x:str>{escape(value)}</td>" if isinstance(value, str) else f"<td x:num>{value}</td>"

    body = "".join(f"<tr>{''.join(map(cell, cells))}</tr>" for cells in rows)
    return (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"></head>'
        f"<body><table>{body}</table></body></html>"
    ).encode()


FORMATS = {
    "xlsx": as_xlsx,
    "strict xlsx": lambda rows: made_strict(as_xlsx(rows)),
    "xls, a zero to be computed": as_old(xls, ZERO, 2),
    "xls, nothing": as_old(xls, BLANK, 0),
    "xls of Excel 95, a zero to be computed": as_old(xls_95, ZERO, 2),
    "xls of Excel 95, nothing": as_old(xls_95, BLANK, 0),
    "SpreadsheetML": as_xml,
    "a web page named .xls": as_page,
}


@pytest.mark.parametrize("title", COLUMNS)
@pytest.mark.parametrize("made", FORMATS.values(), ids=FORMATS)
def test_a_formula_without_result_is_told_and_never_read_as_nothing(made, title):
    found = parse(read(made(table(title)), QUICK), month="2025-10")
    place = f"{column_letter(PLACE[title] + 1)}2"
    (told,) = [one for one in (*found.errors, *found.warnings) if one.code == "formula_without_value"]
    assert (told.cell, told.severity) == (place, "warning")
    assert "重新计算并保存后再上传" in told.message
    first = next((line for line in found.lines if line.row == 2), None)
    assert first is None or {"days": first.days, "gross": first.gross, "deductions": first.deductions, "advance": first.advance, "net_pay": first.net}[COLUMNS[title]] != Decimal(0)  # fmt: skip
    if title == "实发工资":
        assert first is None
    assert [line.row for line in found.lines if line.row != 2] == [3], "the honest row is taken"


def test_a_zero_that_was_computed_is_a_zero():
    """A negative control: with a result beside it, a 0 of an old workbook is what the formula gave."""
    rows = table("预支")
    at = PLACE["应发工资"]
    two = struct.pack("<HHH", 2, at, 0) + struct.pack("<d", 6000.0) + struct.pack("<HIH", 2, 0, len(ADDED)) + ADDED
    zero = struct.pack("<HHH", 1, PLACE["预支"], 0) + ZERO + struct.pack("<HIH", 2, 0, len(ADDED)) + ADDED
    rows[1][PLACE["实发工资"]] = 5900.0
    plain = [[None if value is HERE else value for value in cells] for cells in rows]
    plain[2][at] = None
    for made in (xls, xls_95):
        found = parse(
            read(made(("工资", plain), cells=record(0x0006, zero) + record(0x0006, two)), QUICK), month="2025-10"
        )
        assert "formula_without_value" not in {one.code for one in (*found.errors, *found.warnings)}
        assert [line.advance for line in found.lines] == [Decimal("0.00"), Decimal("500.00")]


@pytest.mark.parametrize("made", [xls, xls_95])
@pytest.mark.parametrize(("result", "flags"), [(None, 0), (ZERO, 2), (BLANK, 0)], ids=["saved", "a zero", "nothing"])
def test_a_row_of_sums_without_a_label_is_no_worker_in_an_old_workbook(made, result, flags):
    """With the sums saved or not; a row of pay that is no sum stays a row with errors, so that nobody's pay is lost."""

    def read_with(net: float):
        sums = {"应发工资": 12000.0, "扣款": 200.0, "预支": 1000.0, "实发工资": net}
        cells = b"".join(
            record(
                0x0006,
                struct.pack("<HHH", 3, PLACE[title], 0)
                + (struct.pack("<d", value) if result is None else result)
                + struct.pack("<HIH", flags, 0, len(ADDED))
                + ADDED,
            )
            for title, value in sums.items()
        )
        rows = [TITLES, row(1), row(2), [None] * len(TITLES)]
        return parse(read(made(("工资", rows), cells=cells), QUICK), month="2025-10")

    found = read_with(10800.0)
    assert [line.row for line in found.lines] == [2, 3]
    assert {"row": 4, "why": "total"} in found.ignored_rows
    assert found.errors == []
    if result is None:
        assert "name_missing" in {one.code for one in read_with(5000.0).errors}
