"""An .xls comes back with remarks and looks as it came: fonts, borders, fills, formats, widths, merged and frozen parts."""

import io
import struct

import openpyxl
import pytest

from sheets import annotate as module
from sheets import rebuilding
from sheets.annotate import annotate
from sheets.marks import COLOURS
from sheets.process import Crashed
from sheets.refusal import Refusal
from tests.sheets.biff_making import record, xls

ROWS = [
    ["工资发放表", None, None],
    ["姓名", "身份证号", "实发工资"],
    ["王伟", "620702198001010012", 5380.0],
    ["李娜", "620702198001010039", 6100.5],
]
HEITI, PLAIN = 0, 1
MONEY = 165
MARKS = [(3, 2, "error", "身份证号不对"), (4, 3, "warning", "请核对")]


def font(name, *, height, bold=False, colour=0x7FFF) -> bytes:
    raw = name.encode("utf-16-le")
    facts = struct.pack("<HHHHHBBBB", height * 20, 0, colour, 700 if bold else 400, 0, 0, 0, 134, 0)
    return record(0x0031, facts + struct.pack("<BB", len(name), 1) + raw)


def style(font_number=PLAIN, number_format=0, *, across=0, line=0, fill=None, wrap=False) -> bytes:
    """An XF record of Excel 97: `line` on all four sides in palette colour 8, `fill` a palette colour."""
    lines = line | line << 4 | line << 8 | line << 12 | 8 << 16 | 8 << 23
    more = 8 | 8 << 7 | ((1 if fill is not None else 0) << 26)
    colours = (fill if fill is not None else 64) | 65 << 7
    place = across | (8 if wrap else 0) | 1 << 4
    return record(
        0x00E0, struct.pack("<HHHBBBBIIH", font_number, number_format, 0, place, 0, 0, 0xFC, lines, more, colours)
    )


TITLE, HEADER, TEXT, AMOUNT = range(4)
LOOK = b"".join(
    [
        font("黑体", height=18, bold=True),
        font("宋体", height=10),
        record(0x041E, struct.pack("<HHB", MONEY, len("#,##0.00"), 0) + b"#,##0.00"),
        style(HEITI, across=2),
        style(across=2, line=1, fill=22, wrap=True),
        style(line=1),
        style(number_format=MONEY, across=3, line=2),
    ]
)
STYLES = {(0, 0): TITLE} | {(1, at): HEADER for at in range(3)}
STYLES |= {(row, at): TEXT for row in (2, 3) for at in range(2)} | {(row, 2): AMOUNT for row in (2, 3)}
MEASURES = b"".join(
    [
        record(0x007D, struct.pack("<HHHHHH", 1, 1, 24 * 256, 0, 0, 0)),
        record(0x0208, struct.pack("<HHHHHHI", 0, 0, 3, 30 * 20, 0, 0, 0x40)),
        record(0x00E5, struct.pack("<HHHHH", 1, 0, 0, 0, 2)),
        record(0x023E, struct.pack("<HHHIHHI", 0x06B6 | 0x08, 0, 0, 0, 0, 0, 0)),
        record(0x0041, struct.pack("<HHHHH", 0, 2, 2, 0, 2)),
    ]
)


def formatted() -> bytes:
    return xls(("10月", ROWS), extra=LOOK, cells=MEASURES, styles=STYLES)


@pytest.fixture(scope="module")
def returned():
    return openpyxl.load_workbook(io.BytesIO(annotate(formatted(), MARKS)))["10月"]


def test_values_and_remarks_stand_where_they_stood(returned):
    assert [[cell.value for cell in row] for row in returned["A1:C4"]] == ROWS
    assert {cell.coordinate: cell.comment.text for row in returned["A1:C4"] for cell in row if cell.comment} == {
        "B3": "身份证号不对",
        "C4": "请核对",
    }


def test_fonts_formats_places_and_borders_are_kept(returned):
    title, header, amount = returned["A1"], returned["B2"], returned["C3"]
    assert (title.font.name, title.font.sz, title.font.b) == ("黑体", 18, True)
    assert title.alignment.horizontal == "center"
    assert (header.font.name, header.font.sz, bool(header.font.b)) == ("宋体", 10, False)
    assert header.alignment.wrap_text
    assert header.fill.fill_type == "solid"
    assert header.fill.start_color.rgb == "FFC0C0C0"
    assert header.border.left.style == header.border.bottom.style == "thin"
    assert (amount.number_format, amount.border.top.style, amount.alignment.horizontal) == (
        "#,##0.00",
        "medium",
        "right",
    )


def test_widths_heights_merged_and_frozen_parts_are_kept(returned):
    assert returned.column_dimensions["B"].width == pytest.approx(24, abs=1)
    assert returned.row_dimensions[1].height == 30
    assert [str(area) for area in returned.merged_cells.ranges] == ["A1:C1"]
    assert returned.freeze_panes == "A3"


def test_a_remark_changes_the_colour_of_its_cell_and_nothing_else(returned):
    wrong, doubtful = returned["B3"], returned["C4"]
    assert wrong.fill.start_color.rgb.endswith(COLOURS["error"])
    assert doubtful.fill.start_color.rgb.endswith(COLOURS["warning"])
    assert (doubtful.number_format, doubtful.border.top.style, doubtful.font.name) == ("#,##0.00", "medium", "宋体")
    assert returned["B4"].fill.fill_type is None


def test_long_numbers_stay_text_when_they_are_typed_over(returned):
    assert returned["B3"].number_format == "@"
    assert returned["A3"].number_format == "General"


def with_merged(*areas) -> bytes:
    """Areas as (top, bottom, left, right) from 0."""
    body = struct.pack("<H", len(areas)) + b"".join(struct.pack("<HHHH", *area) for area in areas)
    return xls(("10月", ROWS), extra=LOOK, styles=STYLES, cells=record(0x00E5, body))


def test_remarks_on_cells_of_one_merged_area_are_all_told_in_the_worst_ones_colour():
    book = annotate(with_merged((2, 3, 0, 2)), [(4, 3, "warning", "请核对"), (3, 2, "error", "身份证号不对")])
    first = openpyxl.load_workbook(io.BytesIO(book))["10月"]["A3"]
    assert first.comment.text == "请核对\n身份证号不对" or first.comment.text == "身份证号不对\n请核对"
    assert first.fill.start_color.rgb.endswith(COLOURS["error"])


def test_millions_of_merged_cells_are_merged_as_far_as_the_sheet_goes():
    """A few bytes of a file: written one by one they would take gigabytes."""
    page = openpyxl.load_workbook(io.BytesIO(annotate(with_merged((0, 0, 0, 2), (2, 65_535, 0, 255)), MARKS)))["10月"]
    assert sorted(str(area) for area in page.merged_cells.ranges) == ["A1:C1", "A3:C4"]
    assert page.max_row == 4


def test_many_large_areas_are_merged_until_it_is_enough(monkeypatch):
    monkeypatch.setattr(rebuilding, "MOST_CELLS_MERGED", 6)
    page = openpyxl.load_workbook(io.BytesIO(annotate(with_merged((0, 0, 0, 2), (1, 1, 0, 2), (2, 3, 0, 2)), MARKS)))
    assert sorted(str(area) for area in page["10月"].merged_cells.ranges) == ["A1:C1", "A2:C2"]
    assert page["10月"]["B3"].comment.text == "身份证号不对", "where it stands, as nothing lies over it"


@pytest.mark.parametrize(("rows", "kept"), [(100, True), (1600, False)])
def test_looks_of_hundreds_of_thousands_of_empty_cells_are_left_out(rows, kept):
    blanks = b"".join(
        record(0x00BE, struct.pack("<HH", row, 0) + struct.pack("<H", TEXT) * 256 + struct.pack("<H", 255))
        for row in range(10, 10 + rows)
    )
    book = annotate(xls(("10月", ROWS), extra=LOOK, styles=STYLES, cells=blanks), MARKS)
    page = openpyxl.load_workbook(io.BytesIO(book))["10月"]
    assert (page["A1"].font.name == "黑体") == kept
    assert page["B3"].comment.text == "身份证号不对"


def test_a_remark_under_a_merged_cell_is_seen_on_it():
    page = openpyxl.load_workbook(io.BytesIO(annotate(formatted(), [(1, 3, "notice", "在下面")])))["10月"]
    assert page["A1"].comment.text == "在下面"
    assert page["A1"].value == "工资发放表"


@pytest.mark.parametrize("hidden", [True, False])
def test_hidden_rows_and_columns_come_back_hidden(hidden):
    cells = record(0x007D, struct.pack("<HHHHHH", 1, 1, 24 * 256, 0, int(hidden), 0)) + record(
        0x0208, struct.pack("<HHHHHHI", 2, 0, 3, 300, 0, 0, 0x20 if hidden else 0)
    )
    book = annotate(xls(("10月", ROWS), extra=LOOK, styles=STYLES, cells=cells), MARKS)
    page = openpyxl.load_workbook(io.BytesIO(book))["10月"]
    assert (page.column_dimensions["B"].hidden, page.row_dimensions[3].hidden) == (hidden, hidden)


def test_words_that_look_like_a_formula_stay_words_when_they_are_typed_over():
    rows = [*ROWS[:2], ["=1+1", "620702198001010012", 5380.0], ROWS[3]]
    page = openpyxl.load_workbook(io.BytesIO(annotate(xls(("10月", rows), extra=LOOK, styles=STYLES), MARKS)))["10月"]
    assert (page["A3"].value, page["A3"].data_type, bool(page["A3"].quotePrefix)) == ("=1+1", "s", True)
    assert not page["A4"].quotePrefix


@pytest.mark.parametrize("trouble", [Crashed(-9), Refusal("timeout")], ids=["killed", "too slow"])
def test_looks_that_cannot_be_had_cost_nobody_the_remarks(trouble, monkeypatch):
    run = module.run

    def without_looks(mode, *rest):
        if mode == "looks":
            raise trouble
        return run(mode, *rest)

    monkeypatch.setattr(module, "run", without_looks)
    page = openpyxl.load_workbook(io.BytesIO(annotate(formatted(), MARKS)))["10月"]
    assert page["B3"].comment.text == "身份证号不对"
    assert page["C3"].number_format == "General", "the control: the looks come from that child"


def test_a_workbook_too_large_for_looks_comes_back_plain(monkeypatch):
    monkeypatch.setattr(module, "MOST_CELLS", 1)
    page = openpyxl.load_workbook(io.BytesIO(annotate(formatted(), MARKS)))["10月"]
    assert page["B3"].comment.text == "身份证号不对"
    assert page["A1"].font.name != "黑体"


def test_styles_that_no_record_describes_are_no_looks():
    bare = xls(("10月", ROWS), styles={(2, 1): 900})
    page = openpyxl.load_workbook(io.BytesIO(annotate(bare, MARKS)))["10月"]
    assert page["B3"].comment.text == "身份证号不对"
