"""The same payroll in every format that clerks send: the same people, the same amounts, to the cent."""

import html
import json
from xml.sax.saxutils import escape

import pytest
from django.core.management import call_command

from sheets.values import as_text
from tests.factories.payroll import person, sheet_bytes, site
from tests.sheets.biff_making import xls, xls_95
from tests.sheets.making import read_here, spreadsheetml

pytestmark = pytest.mark.django_db


def as_page(rows):
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(as_text(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><meta charset=gb2312><table>{body}</table></html>".encode("gb18030")


def as_xml(rows):
    def data(cell):
        kind = "String" if isinstance(cell, str) else "Number"
        return f'<Cell><Data ss:Type="{kind}">{escape(as_text(cell))}</Data></Cell>' if cell is not None else "<Cell/>"

    return spreadsheetml("".join(f"<Row>{''.join(map(data, row))}</Row>" for row in rows)).encode()


def as_csv(rows):
    return "".join(",".join(as_text(cell) for cell in row) + "\r\n" for row in rows).encode("gb18030")


FORMATS = {
    "网页.xls": as_page,
    "XML 表格.xls": as_xml,
    "97.xls": lambda rows: xls(("10月工资", rows)),
    "95.xls": lambda rows: xls_95(("10月工资", rows)),
    "gbk.csv": as_csv,
    "utf16.txt": lambda rows: as_csv(rows).decode("gb18030").replace(",", "\t").encode("utf-16"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_lines(name, cast, capsys, tmp_path):
    project = site(cast)
    original = sheet_bytes([person(n) for n in range(1, 6)], total="28500")
    rows = [cells for _number, cells in read_here(original).sheets[0].rows()]

    def imported(file_name, data):
        path = tmp_path / file_name
        path.write_bytes(data)
        code = 0
        try:
            call_command(
                "payroll_import",
                str(path),
                "--project",
                project.code,
                "--month",
                "2026-10",
                "--check",
                "--json",
                "--rows",
            )
        except SystemExit as left:
            code = left.code
        return code, json.loads(capsys.readouterr().out)

    expected_code, expected = imported("原.xlsx", original)
    code, found = imported(name, FORMATS[name](rows))
    assert expected["accepted"] == 5
    assert code == expected_code
    same = (
        "header_rows",
        "columns",
        "rows",
        "accepted",
        "rejected",
        "total_net",
        "declared_total_net",
        "lines",
        "errors",
    )
    assert {key: found[key] for key in same} == {key: expected[key] for key in same}
