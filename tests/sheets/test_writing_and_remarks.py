"""What goes out can't run as a formula; what comes back keeps its looks and carries the remarks."""

import io
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.annotate import COLOURS, annotate
from sheets.reader import read
from sheets.values import guarded, is_risky, unguarded
from sheets.writing import OutColumn, OutSheet, csv_text, sheet_name, write_csv, write_xlsx
from tests.sheets.making import QUICK, values, xlsx

RISKY = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x")']


def written(rows, *kinds):
    box = io.BytesIO()
    columns = [OutColumn(f"列{index}", kind) for index, kind in enumerate(kinds)]
    write_xlsx(box, [OutSheet("表", columns, rows)])
    return box.getvalue()


def test_texts_that_begin_like_a_formula_stay_text():
    data = written([[text] for text in RISKY], "text")
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [(cell.data_type, cell.value) for (cell,) in page.iter_rows(min_row=2)] == [("s", text) for text in RISKY]


def test_signed_amounts_stay_numbers_and_ids_stay_text():
    data = written([["110105194912310021", Decimal("-12.50"), "-12.50"]], "text", "money", "text")
    assert values(read(data).sheets[0])[1] == ["110105194912310021", -12.5, "-12.50"]


def test_csv_guards_texts_and_leaves_numbers_alone():
    assert [csv_text(text)[0] for text in RISKY] == ["'"] * len(RISKY)
    assert [csv_text(value) for value in (Decimal("-12.50"), -3, "王伟", None)] == ["-12.50", "-3", "王伟", ""]
    box = io.StringIO()
    write_csv(box, ["姓名", "金额"], [["=1", Decimal("1.00")]])
    assert values(read(box.getvalue().encode()).sheets[0]) == [["姓名", "金额"], ["=1", "1.00"]]


@settings(max_examples=200, deadline=None)
@given(st.text("'=+-@\t＝a1 ", max_size=6))
def test_a_guard_is_taken_off_again_and_nothing_else(text):
    assert unguarded(guarded(text)) == text
    assert not is_risky(guarded(text))


def test_only_beginnings_are_risky():
    assert not is_risky("a=1")
    assert not is_risky("王伟")
    assert is_risky("=a")


def test_sheet_names_are_made_acceptable():
    assert sheet_name("2025/10: [工资]*" + "长" * 40).startswith("2025 10   工资")
    assert len(sheet_name("长" * 40)) == 31
    assert sheet_name("") == "Sheet1"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=15), min_size=1, max_size=6)
)
def test_any_text_written_is_read_back_as_the_same_text(texts):
    page = openpyxl.load_workbook(io.BytesIO(written([[text] for text in texts], "text"))).active
    cells = [cell for (cell,) in page.iter_rows(min_row=2)]
    assert all(cell.data_type in "s" for cell in cells)
    assert [cell.value for cell in cells] == [text.replace("\ufffe", "").replace("\uffff", "") for text in texts]


def formatted():
    box = io.BytesIO()
    book = xlsxwriter.Workbook(box)
    page = book.add_worksheet("10月")
    page.set_column(0, 0, 33)
    page.merge_range("A1:C1", "工资表", book.add_format({"bold": True}))
    page.write_row(1, 0, ["姓名", "身份证号", "实发工资"])
    page.write_row(2, 0, ["王伟", "=x", 6000], book.add_format({"italic": True}))
    page.write_formula("C4", "=SUM(C3)", None, 6000)
    book.close()
    return box.getvalue()


MARKS = [(3, 2, "warning", "提示一"), (3, 2, "error", "错误一"), (1, 2, "notice", "标题里")]


def test_remarks_are_put_on_the_cells_and_the_looks_are_kept():
    data = annotate(formatted(), MARKS, sheet="10月")
    page = openpyxl.load_workbook(io.BytesIO(data))["10月"]
    assert page["B3"].comment.text == "错误一\n提示一"
    assert page["B3"].fill.start_color.rgb.endswith(COLOURS["error"])
    assert page["A1"].comment.text == "标题里"
    assert page["A1"].font.bold
    assert page["A3"].font.italic
    assert page["A3"].comment is None
    assert page.column_dimensions["A"].width == pytest.approx(33, abs=1)
    assert page["C4"].value == "=SUM(C3)"


@pytest.mark.parametrize(
    "data", ["姓名,身份证号\n王伟,=1+1\n李娜,1\n".encode(), pytest.param(None, id="broken-for-openpyxl")]
)
def test_other_kinds_come_back_as_a_plain_workbook_with_the_same_cells(data, monkeypatch):
    if data is None:
        from sheets import annotate as module

        monkeypatch.setattr(module, "MOST_CELLS", 0)
        data = xlsx([["姓名", "身份证号"], ["王伟", "=1+1"], ["李娜", "1"]])
    found = annotate(data, [(2, 2, "error", "不对")])
    page = openpyxl.load_workbook(io.BytesIO(found)).active
    assert page["B2"].value == "=1+1"
    assert page["B2"].data_type == "s"
    assert page["B2"].comment.text == "不对"
    assert values(read(found, QUICK).sheets[0]) == [["姓名", "身份证号"], ["王伟", "=1+1"], ["李娜", "1"]]


def test_no_remark_no_comment():
    page = openpyxl.load_workbook(io.BytesIO(annotate(formatted(), []))).active
    assert all(cell.comment is None for row in page.iter_rows() for cell in row)


def two_sheets():
    return xlsx(("汇总", [["合计", 1]]), ("一队", [["姓名", "实发"], ["王伟", 6000]]), ("二队", [["姓名"], ["李娜"]]))


@pytest.mark.parametrize("most", [10**6, 0], ids=["kept", "rebuilt"])
def test_remarks_on_several_sheets_go_to_the_sheets_they_name(most, monkeypatch):
    from sheets import annotate as module

    monkeypatch.setattr(module, "MOST_CELLS", most)
    marks = {"二队": [(2, 1, "warning", "乙")], "一队": [(2, 2, "error", "甲")]}
    book = openpyxl.load_workbook(io.BytesIO(annotate(two_sheets(), marks)))
    found = {
        page.title: {cell.coordinate: cell.comment.text for row in page.iter_rows() for cell in row if cell.comment}
        for page in book
    }
    assert found == {"汇总": {}, "一队": {"B2": "甲"}, "二队": {"A2": "乙"}}
    assert book.active.title in marks
    assert [page.sheet_view.tabSelected for page in book].count(True) == 1


def test_a_name_that_the_workbook_does_not_have_stands_for_its_first_sheet():
    page = openpyxl.load_workbook(io.BytesIO(annotate(two_sheets(), {"没有": [(1, 1, "error", "甲")]})))["汇总"]
    assert page["A1"].comment.text == "甲"


def test_a_rebuilt_workbook_hides_what_was_hidden_and_opens_on_the_remarks(monkeypatch):
    from sheets import annotate as module

    monkeypatch.setattr(module, "MOST_CELLS", 0)
    box = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title, book.active.sheet_state = "旧", "hidden"
    book.active["A1"] = 1
    page = book.create_sheet("工资")
    page.append(["姓名", "实发"])
    page.append(["王伟", 1])
    page.row_dimensions[2].hidden = page.column_dimensions["B"].hidden = True
    book.active = 1
    book.save(box)
    book = openpyxl.load_workbook(io.BytesIO(annotate(box.getvalue(), {"工资": [(2, 1, "error", "甲")]})))
    assert [(page.title, page.sheet_state) for page in book] == [("旧", "hidden"), ("工资", "visible")]
    assert book.active.title == "工资"
    assert book["工资"].row_dimensions[2].hidden
    assert book["工资"].column_dimensions["B"].hidden
