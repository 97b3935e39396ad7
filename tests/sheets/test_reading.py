"""Honest files are read as they stand: types, places, merges, hidden rows."""

import datetime
import struct
import zipfile
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.reader import Range, Sheet, read
from sheets.refusal import Refusal
from sheets.values import ErrorValue, as_text, column_index, column_letter, lost_precision
from tests.sheets.biff_making import record, xls
from tests.sheets.making import QUICK, raw_xlsx, values, xlsx


def test_cell_types_are_kept():
    day = datetime.date(2025, 10, 1)
    sheet = read(xlsx([["文字", 26, 26.5, True, day, None, "110105194912310021", "=1+1"]])).sheets[0]
    assert values(sheet) == [["文字", 26.0, 26.5, True, day, None, "110105194912310021", "=1+1"]]
    assert type(values(sheet)[0][1]) is float


def test_rows_and_columns_count_as_a_person_counts_even_with_an_empty_area_before_them():
    sheet = read(xlsx([[], [], [None, None, "C3"], [None, "B4"]])).sheets[0]
    assert list(sheet.rows(3)) == [(3, [None, None, "C3"]), (4, [None, "B4", None])]
    assert list(sheet.rows(4)) == [(4, [None, "B4", None])]


def test_rows_can_be_walked_from_any_row_over_chunk_borders():
    sheet = read(xlsx([[n] for n in range(1, 2501)])).sheets[0]
    assert [number for number, _ in sheet.rows()] == list(range(1, 2501))
    for start in (1, 999, 1000, 1001, 2000, 2001, 2500):
        assert next(iter(sheet.rows(start))) == (start, [float(start)])
    assert list(sheet.rows(2501)) == []


def test_merged_ranges_and_hidden_rows_are_known():
    sheet = read(
        xlsx([["标题", None, None], ["a", "b", "c"], ["d", "e", "f"]], merged=["A1:C1"], hidden_rows=[3])
    ).sheets[0]
    assert sheet.merged == [Range(1, 1, 1, 3)]
    assert sheet.hidden_rows == {3}
    assert read(xlsx([["a"], ["b"]])).sheets[0].hidden_rows == frozenset()


def test_hidden_columns_are_known():
    data = raw_xlsx(
        '<row r="1" ht="0" customHeight="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>',
        before='<cols><col min="2" max="3" width="9" hidden="1"/><col min="5" max="5" width="0" customWidth="1"/>'
        '<col min="6" max="6" width="10"/></cols>',
    )
    sheet = read(data).sheets[0]
    assert sheet.hidden_columns == {2, 3, 5}
    assert sheet.hidden_rows == {1}
    assert read(xlsx([["a"]])).sheets[0].hidden_columns == frozenset()


def test_hidden_sheets_are_said_to_be_hidden():
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    for state in ("hidden", "veryHidden"):
        page = book.create_sheet(state)
        page["A1"] = "b"
        page.sheet_state = state
    box = BytesIO()
    book.save(box)
    assert [sheet.state for sheet in read(box.getvalue()).sheets] == ["visible", "hidden", "very_hidden"]


def test_a_formula_saved_without_its_result_is_told_from_a_blank():
    sheet = read(
        raw_xlsx(
            '<row r="1"><c r="A1"><f>TODAY()</f></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1" t="str"><f>""</f><v></v></c><c r="D1"><f>RAND()</f><v/></c><c r="E1"><v>5</v></c></row>'
        )
    ).sheets[0]
    cells = next(iter(sheet.rows()))[1]
    assert [type(cell) is ErrorValue and cell.without_value for cell in cells] == [True, False, False, True, False]
    assert cells[1] == 2.0
    assert cells[2] is None
    assert cells[4] == 5.0


def test_a_zero_that_a_program_put_in_place_of_a_result_is_no_zero():
    def table(*formulas):
        box = BytesIO()
        with xlsxwriter.Workbook(box) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, [1, 0])
            for row, formula in enumerate(formulas, 1):
                page.write_formula(row, 0, *formula)
        return values(read(box.getvalue(), QUICK).sheets[0])

    assert table(("=A1+B1",), ("=NOW()",)) == [[1.0, 0.0], [1.0], [ErrorValue("formula")]]
    # Where one formula has a result, the others' zeros are results too.
    assert table(("=A1+B1", None, 1), ("=A1-A1", None, 0)) == [[1.0, 0.0], [1.0], [0.0]]


def test_a_formula_of_an_old_workbook_that_was_never_computed_is_told():
    def formula(row, result, tokens, flags=0):
        body = struct.pack("<HHH", row, 0, 0) + result + struct.pack("<HIH", flags, 0, len(tokens)) + tokens
        return record(0x0006, body)

    def table(*cells):
        return values(read(xls(("a", []), cells=b"".join(cells)), QUICK).sheets[0])

    added, summed, chosen = b"\x1e\x01\0\x1e\x02\0\x03", b"\x25" + bytes(8) + b"\x42\x01\x04\0", b"\x17\0\0"
    without, blank, zero = ErrorValue("formula"), b"\x03\0\0\0\0\0\xff\xff", bytes(8)
    assert table(formula(0, blank, added), formula(1, blank, summed), formula(2, blank, chosen)) == [
        [without],
        [without],
        [],
    ]
    assert table(formula(0, zero, added, 2), formula(1, zero, added)) == [[without], [0.0]]
    two = struct.pack("<d", 2.0)
    assert table(formula(0, zero, added, 2), formula(1, two, added, 2)) == [[0.0], [2.0]]


def test_error_cells_keep_their_code():
    sheet = read(
        raw_xlsx(
            '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C1"><v>1</v></c></row>'
        )
    ).sheets[0]
    assert values(sheet) == [[ErrorValue("#N/A"), ErrorValue("#DIV/0!"), 1.0]]


def test_a_formula_without_result_below_the_last_value_is_still_there():
    sheet = read(
        raw_xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="4"><c r="B4"><f>TODAY()</f></c></row>')
    ).sheets[0]
    assert [(number, cells) for number, cells in sheet.rows(4)] == [(4, [None, ErrorValue("formula")])]


def test_an_id_typed_as_a_number_is_known_to_have_lost_digits():
    cells = values(read(xlsx([[110105194912310021, 622202123456789, 6000.5]])).sheets[0])[0]
    assert [lost_precision(cell) for cell in cells] == [True, False, False]
    assert not lost_precision("110105194912310021")


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8-sig"), ("\t", "utf-16"), (";", "gb18030")])
def test_csv_is_read_in_the_encodings_and_with_the_separators_in_use(separator, encoding):
    text = f"姓名{separator}金额\r\n王伟{separator}6000\r\n\r\n李娜{separator}\r\n"
    book = read(text.encode(encoding))
    assert book.kind == "csv"
    assert values(book.sheets[0]) == [["姓名", "金额"], ["王伟", "6000"], [], ["李娜"]]


def test_a_quoted_line_break_is_one_row():
    assert values(read(b'"a\nb",c\nd,e\n').sheets[0]) == [["a\nb", "c"], ["d", "e"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"%PDF-1.4", "not_a_sheet"),
        (b"PK\x03\x04", "corrupt"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "not_a_sheet"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_code_and_a_sentence(data, code):
    with pytest.raises(Refusal) as caught:
        read(data)
    assert caught.value.code == code
    assert caught.value.message.endswith("。")


def test_a_word_document_is_refused_as_no_sheet():
    box = BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(Refusal) as caught:
        read(box.getvalue())
    assert caught.value.code == "not_a_sheet"
    assert "Word" in caught.value.message


@pytest.mark.parametrize(("name", "word"), [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods"), ("a.txt", "压缩包")])
def test_what_can_not_be_read_is_named_and_the_way_out_said(name, word):
    box = BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(Refusal) as caught:
        read(box.getvalue())
    assert caught.value.code == "not_a_sheet"
    assert word in caught.value.message
    assert "“另存为”" in caught.value.message
    assert "*.xlsx" in caught.value.message


@pytest.mark.parametrize(
    ("index", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_have_letters(index, letters):
    assert column_letter(index) == letters
    assert column_index(letters) == index


def test_numbers_are_shown_without_a_useless_point():
    assert [as_text(value) for value in (26.0, 26.5, None, "x", True, datetime.date(2025, 1, 2))] == [
        "26",
        "26.5",
        "",
        "x",
        "TRUE",
        "2025-01-02",
    ]


CELLS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.booleans(),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
        lambda text: text.strip() == text
    ),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_rows_held_in_memory_come_back_unchanged(rows):
    assert [cells for _number, cells in Sheet.of(rows).rows()] == rows


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.text("0123456789X王伟=+-@ '", min_size=1, max_size=20).map(str.strip).filter(bool), min_size=1, max_size=8
    )
)
def test_texts_come_back_from_a_workbook_unchanged(texts):
    assert values(read(xlsx([[text] for text in texts]), QUICK).sheets[0]) == [[text] for text in texts]


def test_what_keeps_a_csv_field_a_text_is_taken_off():
    data = '="0012",="a""b",\'=1+1,\'-500,\'王,=1+1,\'0012,=""\n'.encode()
    assert values(read(data).sheets[0]) == [["0012", 'a"b', "=1+1", "-500", "'王", "=1+1", "'0012"]]


@pytest.mark.parametrize(
    ("head", "separator"), [("sep=|", "|"), ("SEP=;\r", ";"), ("sep=", ","), ('sep="', ","), ("sep=\t", "\t")]
)
def test_the_separator_that_a_csv_names_counts_where_it_is_one(head, separator):
    data = f"{head}\na{separator}b\nc{separator}d\n".encode()
    assert values(read(data).sheets[0]) == [[], ["a", "b"], ["c", "d"]]


def test_a_nul_in_a_text_is_damage():
    for data in (
        raw_xlsx('<row r="1"><c r="A1" t="inlineStr"><is><t>a_x0000_b</t></is></c></row>'),
        b"a" * 70_000 + b"\0",
    ):
        with pytest.raises(Refusal) as caught:
            read(data, QUICK)
        assert caught.value.code == "corrupt"
    assert values(read(xlsx([["a\\u0000b"]]), QUICK).sheets[0]) == [["a\\u0000b"]]


def test_two_parts_of_one_name_are_refused():
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/SHEET1.xml", "xl\\worksheets/../worksheets/sheet1.xml"):
        with pytest.raises(Refusal) as caught:
            read(raw_xlsx('<row r="1"><c r="A1"><v>1</v></c></row>', extra=[(name, "<worksheet/>")]), QUICK)
        assert caught.value.code == "corrupt"
