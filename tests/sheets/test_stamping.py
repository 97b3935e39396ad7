"""A workbook with remarks is the same workbook: only the cells concerned change their looks, and comments come."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest
import xlsxwriter

from sheets import annotate as module
from sheets.annotate import COLOURS, annotate
from sheets.reader import read
from tests.sheets.hostile.archives import repacked
from tests.sheets.making import QUICK, SAMPLES, raw_xlsx, values, xlsx

SHEET = "xl/worksheets/sheet1.xml"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"".join(
    struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    for kind, body in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
)


@pytest.fixture(autouse=True)
def _no_other_road(monkeypatch):
    """Whatever goes by openpyxl or is rebuilt fails these tests."""

    def gone(*_arguments):
        raise AssertionError("taken apart and put together again")

    monkeypatch.setattr(module, "MOST_CELLS", -1)
    monkeypatch.setattr(module, "rebuild", gone)


def payroll(**options):
    box = io.BytesIO()
    with xlsxwriter.Workbook(box, options) as book:
        page = book.add_worksheet("工资")
        money = book.add_format({"num_format": "#,##0.00", "italic": True, "border": 1})
        page.merge_range("A1:D1", "工资表", book.add_format({"bold": True}))
        page.write_row("A2", ["姓名", "应发", "实发", "合计"])
        page.write_row("A3", ["王伟", 6000.5, 5000], money)
        page.write_formula("D3", "=SUM(B3:C3)", money, 11000.5)
        page.set_row(5, 30, None, {"hidden": True})
        page.write("A6", "李娜")
        page.insert_image("F2", "a.png", {"image_data": io.BytesIO(PICTURE)})
        page.conditional_format("B3:B9", {"type": "data_bar", "data_bar_2010": True})
        page.data_validation("A9", {"validate": "list", "source": ["a", "b"]})
        page.set_landscape()
        other = book.add_worksheet("二队")
        other.write("A1", "b")
        other.activate()
    return box.getvalue()


MARKS = {
    "工资": [
        (3, 2, "error", "不对 <&>"),
        (3, 4, "warning", "核对"),
        (1, 3, "notice", "标题"),
        (4, 2, "error", "缺"),
        (6, 3, "error", "隐藏"),
        (9, 9, "error", "远"),
    ]
}


def test_looks_results_pictures_and_settings_stay():
    before = payroll()
    after = annotate(before, MARKS)
    assert values(read(after, QUICK).sheets[0]) == values(read(before, QUICK).sheets[0])
    assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(after), data_only=True)["工资"][3]][:4] == [
        "王伟",
        6000.5,
        5000,
        11000.5,
    ]
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        touched = {name for name in old.namelist() if old.read(name) != new.read(name)}
        assert new.read("xl/media/image1.png") == PICTURE
        added = set(new.namelist()) - set(old.namelist())
    assert touched == {
        SHEET,
        "xl/worksheets/sheet2.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "[Content_Types].xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
    }
    assert added == {"xl/comments-check1.xml", "xl/drawings/comments-check1.vml"}
    book = openpyxl.load_workbook(io.BytesIO(after))
    page = book["工资"]
    assert {cell.coordinate: cell.comment.text for row in page.iter_rows() for cell in row if cell.comment} == {
        "A1": "标题",
        "B3": "不对 <&>",
        "D3": "核对",
        "B4": "缺",
        "C6": "隐藏",
        "I9": "远",
    }
    assert page["B3"].fill.start_color.rgb == f"FF{COLOURS['error']}"
    assert (page["B3"].number_format, page["B3"].font.italic, page["B3"].border.left.style) == (
        "#,##0.00",
        True,
        "thin",
    )
    assert page["C3"].fill.fill_type is None
    assert page["D3"].value == "=SUM(B3:C3)"
    assert page["A1"].font.bold
    assert page.row_dimensions[6].hidden
    assert book.active.title == "工资"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [True, False]


def test_the_link_to_the_comments_stands_where_the_schema_wants_it():
    """The data bar brings an extLst of its own inside its rule; the sheet's comes last."""
    with zipfile.ZipFile(io.BytesIO(annotate(payroll(), MARKS))) as archive:
        text = archive.read(SHEET).decode()
    tail = text[text.index("</sheetData>") :]
    assert (
        tail.index("</conditionalFormatting>")
        < tail.index("<drawing")
        < tail.index("<legacyDrawing")
        < tail.rindex("<extLst>")
    )


def test_a_name_of_another_namespace_and_missing_styles_of_rows_do_no_harm():
    data = repacked(
        xlsx([["a", "b"], ["c", "d"]]),
        lambda name, content: prefixed(content) if name in (SHEET, "xl/styles.xml") else content,
    )
    page = openpyxl.load_workbook(io.BytesIO(annotate(data, [(2, 2, "error", "甲"), (5, 1, "error", "乙")]))).active
    assert page["B2"].comment.text == "甲"
    assert page["A5"].comment.text == "乙"
    assert page["B2"].value == "d"


def prefixed(content):
    import re

    text = re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", content.decode().partition("?>\n")[2])
    return f'<?xml version="1.0"?>\n{text.replace(" xmlns=", " xmlns:x=", 1)}'.encode()


def test_macros_do_not_come_back():
    types = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"

    def change(name, content):
        if name == "[Content_Types].xml":
            content = content.replace(
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", types.encode()
            )
            return content.replace(
                b"</Types>",
                b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
            )
        if name == "xl/_rels/workbook.xml.rels":
            return content.replace(
                b"</Relationships>",
                b'<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>',
            )
        return content

    data = repacked(xlsx([["a"]]), change)
    box = io.BytesIO(data)
    with zipfile.ZipFile(box, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with zipfile.ZipFile(io.BytesIO(annotate(box.getvalue(), [(1, 1, "error", "甲")]))) as archive:
        assert "xl/vbaProject.bin" not in archive.namelist()
        rest = b"".join(archive.read(name) for name in archive.namelist())
    assert b"macroEnabled" not in rest
    assert b"vbaProject" not in rest


@pytest.mark.skipif(not (SAMPLES / "hostile").exists(), reason="样例文件不在项目旁边")
def test_a_strict_workbook_stays_strict():
    data = (SAMPLES / "hostile" / "calamine_strict_iso_paths.xlsx").read_bytes()
    after = annotate(data, [(2, 2, "error", "甲"), (80, 1, "error", "乙")])
    assert values(read(after, QUICK).sheets[0])[:76] == values(read(data, QUICK).sheets[0])
    with zipfile.ZipFile(io.BytesIO(after)) as archive:
        assert b"purl.oclc.org" in archive.read("xl/comments-check1.xml")


def test_a_sheet_of_many_rows_is_stamped_too():
    data = xlsx([[f"{n}", n] for n in range(20_000)])
    after = annotate(data, {"Sheet1": [(n, 2, "error", f"第 {n} 行") for n in range(1, 20_000, 40)]})
    page = openpyxl.load_workbook(io.BytesIO(after)).active
    assert sum(1 for row in page.iter_rows() for cell in row if cell.comment) == 500
    assert page["B41"].comment.text == "第 41 行"


@pytest.mark.parametrize(
    "data",
    [
        raw_xlsx("<row><c><v>1</v></c></row>"),
        raw_xlsx('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'),
        raw_xlsx('<row r="1"><c r="A1"><v>1</v></c></row>'),
    ],
    ids=["no numbers", "disorder", "no styles"],
)
def test_what_is_too_odd_is_left_to_the_other_roads(data, monkeypatch):
    monkeypatch.undo()
    page = openpyxl.load_workbook(io.BytesIO(annotate(data, [(1, 1, "error", "甲")]))).active
    assert page["A1"].comment.text == "甲"


def test_comments_that_are_there_already_are_joined(monkeypatch):
    monkeypatch.undo()
    first = annotate(payroll(), MARKS)
    page = openpyxl.load_workbook(io.BytesIO(annotate(first, {"工资": [(3, 2, "error", "又")]})))["工资"]
    assert page["B3"].comment.text == "不对 <&>\n又"
    assert page["D3"].comment.text == "核对"
