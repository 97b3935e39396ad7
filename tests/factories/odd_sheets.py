"""Payrolls whose titles say too little: the reader has to ask."""

from io import BytesIO

import openpyxl

from tests.factories.payroll import card_number, id_number, person

ODD_TITLES = ("序", "谁", "身份证号", "卡", "几天", "全部", "扣了", "到手", "队里")
ODD_LAYOUT = {
    "seq": "A",
    "name": "B",
    "id_number": "C",
    "bank_card": "D",
    "days": "E",
    "gross": "F",
    "deductions": "G",
    "net_pay": "H",
    "crew": "I",
}


def odd_row(n: int) -> list:
    """26 days, 5980 gross, 600 taken, 5380 net."""
    return [n, person(n)["name"], id_number(n), card_number(n), 26, 5980, 600, 5380, f"木工{n % 3 + 1}班"]


def odd_sheet(rows=range(1, 7), *, titles=ODD_TITLES, name="10月", above=("某某项目",), other=None) -> bytes:
    """A header that says too little in the row below `above`; `other` is a second sheet as (name, rows)."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    for line in above:
        page.append([line])
    page.append(list(titles))
    for row in rows:
        page.append(odd_row(row) if isinstance(row, int) else list(row))
    if other is not None:
        extra = book.create_sheet(other[0])
        for row in other[1]:
            extra.append(list(row))
    box = BytesIO()
    book.save(box)
    return box.getvalue()


def odd_layout(name="10月", header_rows=(2,), **changes) -> dict:
    """The right answer for `odd_sheet`."""
    columns = {column: letter for column, letter in (ODD_LAYOUT | changes).items() if letter}
    return {"sheets": [{"name": name, "header_rows": list(header_rows), "columns": columns}]}
