"""Formulas saved without a result: computed as Excel would where that is certain, else left without one."""

import time
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets import computing
from sheets.computing import Written, computed
from sheets.formulas import NotComputable, parse
from sheets.reader import read
from sheets.values import WITHOUT_VALUE, column_letter
from tests.sheets.making import QUICK, SAMPLES, raw_xlsx

# What formulas refer to: A1 … F3.
ROWS = [
    [10.0, 2.5, None, "无", "6000", 0.1],
    [3.0, -4.0, 0.2, "", 1e15, True],
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
]


def result(formula, rows=ROWS, spot=(9, 9)):
    return computed({spot: Written(formula)}, rows, {}).get(spot, "left alone")


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("A1+B1*A2", 17.5),
        ("(A1+B1)*A2", 37.5),
        ("A1-B1-A2", 4.5),
        ("A1/4/2", 1.25),
        ("-A1+1", -9.0),
        ("--A1", 10.0),
        ("A1*10%", 1.0),
        ("F1+C2", 0.3),  # no binary noise
        ("0.1+0.2-0.3", 0.0),
        ("10/3*3", 10.0),
        ("1.5E2+.5", 150.5),
        ("A1+C1", 10.0),  # a blank is nothing
        ("SUM(A1:B2)", 11.5),
        ("SUM(A1:D1)", 12.5),  # words don't count
        ("SUM(A1,B1,5)", 17.5),
        ("SUM($A$1:B1)", 12.5),
        ("SUM(A:A)", 14.0),
        ("PRODUCT(A1,B1)", 25.0),
        ("PRODUCT(C1:C1)", 0.0),
        ("AVERAGE(A1:A2)", 6.5),
        ("MAX(A1:B2)", 10.0),
        ("MIN(A1:B2,-5)", -5.0),
        ("MAX(D1:D1)", 0.0),
        ("ROUND(2.5,0)", 3.0),
        ("ROUND(-2.5,0)", -3.0),  # away from zero
        ("ROUND(1.005,2)", 1.01),
        ("ROUND(2.5/3*3,0)", 3.0),
        ("ROUND(1234.5,-2)", 1200.0),
        ("ROUNDUP(1.001,2)", 1.01),
        ("ROUNDDOWN(-1.009,2)", -1.0),
        ("INT(-1.5)", -2.0),
        ("TRUNC(-1.5)", -1.0),
        ("ABS(B2)", 4.0),
        ("IF(A1>B1,A1,B1)", 10.0),
        ("IF(A1<=B1,A1,B1)", 2.5),
        ("IF(A1=10,1,2)", 1.0),
        ("IF(A1<>10,1,2)", 2.0),
        ("IF(0.1+0.2=0.3,1,2)", 1.0),
        ('IF(C1="",0,C1*2)', 0.0),
        ('IF(D1="无",1,2)', 1.0),
        ("IF(D1=5,1,2)", 2.0),
        ("IF(A1>1,,5)", 0.0),
        ("IF(AND(A1>1,B1>1),1,2)", 1.0),
        ("IF(OR(A1<1,B1<1),1,2)", 2.0),
        ("IF(A1,1,2)", 1.0),
        # Only the branch that is taken counts.
        ("IF(A1>1,7,E2/0)", 7.0),
        ('IF(A1<1,1,"")', None),
        ('IF(A1>1,"是","否")', "是"),
        ("A1>B1", True),
    ],
)
def test_what_payroll_sheets_really_have_is_computed(formula, wanted):
    assert result(formula) == wanted


@pytest.mark.parametrize(
    "formula",
    [
        "D1+1",  # a word is no number
        "E1+1",  # Excel takes the text 6000 for a number here,
        "SUM(A1:E1)",  # and leaves it out here: nobody meant that
        "E2*1",  # digits are lost
        "F2+1",
        "A1/0",
        "A1/C1",
        "AVERAGE(D1:D1)",
        "I9+1",  # itself
        "SUM(A1:Z20)",  # itself among others
        "Sheet2!A1",
        "'1月'!A1",
        "[1]Sheet1!A1",
        "SUM(Sheet2!A1:A3)",
        "NOW()",
        "TODAY()",
        "RAND()",
        "INDIRECT(A1)",
        "VLOOKUP(A1,A1:B2,2)",
        "OFFSET(A1,1,1)",
        'HYPERLINK("http://x")',
        "A1&B1",
        "A1^2",
        "A1:B2",
        "A1 B1",
        "(A1,B1)",
        "SUM(A1:B2 B1:C2)",
        "ROUND(A1:B2,1)",
        "IF(A1:A2>1,1,2)",
        "个税",
        "Table1[实发]",
        "_xlfn.SUM(A1)",
        "SUM(A1",
        "A1)",
        "1+",
        "",
        "ROUND(A1)",
        "ROUND(A1,999999999)",
        "ROUND(1E300,2)",
        "1E300*1E300*1E300",
        "9E14*9",
        '"a"<"b"',
        "TRUE+1",
        "A1=TRUE",
        "{1,2}",
        "#REF!+1",
        "A0+1",
        "1<2<3",
    ],
)
def test_whatever_is_not_certain_stays_without_a_result(formula):
    assert result(formula) == "left alone"


def test_what_is_moved_out_of_the_sheet_is_left_alone():
    assert computed({(1, 1): Written("A5", down=-5)}, ROWS, {}) == {}
    assert computed({(9, 1): Written("A5", down=-4)}, ROWS, {}) == {(9, 1): 10.0}
    assert computed({(9, 1): Written("A$2", down=-4)}, ROWS, {}) == {(9, 1): 3.0}


def test_formulas_that_need_each_other_are_computed_in_turn_and_circles_are_not():
    formulas = {
        (5, 1): Written("A6*2"),
        (6, 1): Written("A7+1"),
        (7, 1): Written("SUM(A1:A2)"),
        (5, 2): Written("B6"),
        (6, 2): Written("B7"),
        (7, 2): Written("B5"),
        (8, 2): Written("B5+1"),
        (8, 3): Written("C8"),
        (8, 4): Written("A5+B5"),
        (9, 4): Written("A5+A5"),
    }
    assert computed(formulas, ROWS, {}) == {(5, 1): 28.0, (6, 1): 14.0, (7, 1): 13.0, (9, 4): 56.0}


def test_a_cell_that_shows_an_error_is_nothing_to_compute_with():
    assert computed({(9, 1): Written("A1+B1")}, ROWS, {1: {2: object()}}) == {}


def test_a_running_balance_of_thousands_of_rows_needs_no_recursion():
    formulas = {(row, 2): Written(f"B{row - 1}+A{row}") for row in range(2, 5002)}
    rows = [[1.0, 1.0]] + [[1.0, None] for _row in range(5000)]
    assert computed(formulas, rows, {})[5001, 2] == 5001.0
    # From below to above, too.
    turned = {(row, 2): Written(f"B{row + 1}+A{row}") for row in range(1, 5001)}
    rows = [[1.0, None] for _row in range(5000)] + [[1.0, 1.0]]
    assert computed(turned, rows, {})[1, 2] == 5001.0


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 500 + "1" + ")" * 500,
        "IF(1," * 60 + "1" + ")" * 60,
        "-" * 900 + "1",
        "1" + "%" * 900,
        "1" + "+1" * 480,
        '"' + "a" * 5000 + '"',
        "SUM(" + ",".join(["A1:C3"] * 200) + ")",
        "9" * 900,
        "9E99" + "*9E99" * 120,
    ],
)
def test_deep_long_and_huge_formulas_end_at_once(formula):
    start = time.process_time()
    result(formula)
    assert time.process_time() - start < 1


def test_ranges_over_a_million_cells_cost_nothing():
    rows = [[1.0] * 8 for _row in range(1000)]
    formulas = {(row, 9): Written("SUM(A1:H1000000)") for row in range(1, 1001)}
    start = time.process_time()
    found = computed(formulas, rows, {})
    assert time.process_time() - start < 5
    assert found == {}  # together they look at eight million cells
    assert computed({(1, 9): Written("SUM(A1:H1000000)")}, rows, {}) == {(1, 9): 8000.0}
    assert computed({(1, 9): Written("SUM(A:XFD)")}, rows, {}) == {}


def test_more_formulas_than_payrolls_have_are_left_alone(monkeypatch):
    monkeypatch.setattr(computing, "MOST_FORMULAS", 2)
    assert computed({(row, 9): Written("A1") for row in range(3)}, ROWS, {}) == {}
    monkeypatch.setattr(computing, "MOST_KEPT", 2)
    assert computed({(9, 9): Written("A1")}, ROWS, {}) == {}


# Random expressions beside an oracle of exact fractions.

NUMBERS = st.decimals(min_value=-9999, max_value=9999, places=2, allow_nan=False, allow_infinity=False)


def _half_up(value: Fraction, digits: int) -> Fraction:
    step = Fraction(10) ** -digits
    return int(abs(value) / step + Fraction(1, 2)) * step * (1 if value >= 0 else -1)


def _joined(children):
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda two: (f"({two[0][0]}+{two[1][0]})", two[0][1] + two[1][1])),
        pairs.map(lambda two: (f"({two[0][0]}-{two[1][0]})", two[0][1] - two[1][1])),
        pairs.map(lambda two: (f"SUM({two[0][0]},{two[1][0]})", two[0][1] + two[1][1])),
        pairs.map(lambda two: (f"MAX({two[0][0]},{two[1][0]})", max(two[0][1], two[1][1]))),
        pairs.map(lambda two: (f"MIN({two[0][0]},{two[1][0]})", min(two[0][1], two[1][1]))),
        st.tuples(children, NUMBERS).map(
            lambda two: (f"{two[0][0]}*({two[1]})", two[0][1] * Fraction(two[1])) if abs(two[0][1]) < 10**6 else two[0]
        ),
        st.tuples(children, st.integers(-1, 2)).map(
            lambda two: (f"ROUND({two[0][0]},{two[1]})", _half_up(two[0][1], two[1]))
        ),
        st.tuples(children, children, children).map(
            lambda three: (
                f"IF({three[0][0]}>={three[1][0]},{three[2][0]},{three[0][0]})",
                three[2][1] if three[0][1] >= three[1][1] else three[0][1],
            )
        ),
        children.map(lambda one: (f"-({one[0]})", -one[1])),
    )


CELLS = [Decimal("12.34"), Decimal("-5.5"), Decimal("6000"), Decimal("0.01"), Decimal("31")]
LEAVES = st.one_of(
    NUMBERS.map(lambda number: (f"({number})", Fraction(number))),
    st.integers(0, len(CELLS) - 1).map(lambda at: (f"{column_letter(at + 1)}1", Fraction(CELLS[at]))),
)


@settings(max_examples=300, deadline=None)
@given(st.recursive(LEAVES, _joined, max_leaves=8))
def test_any_expression_gives_what_exact_fractions_give(expression):
    text, wanted = expression
    found = result(text, [[float(cell) for cell in CELLS]])
    if found == "left alone":
        # Too long or too deep to be a payroll's.
        with pytest.raises(NotComputable):
            parse(text)
        return
    assert abs(Fraction(found) - wanted) <= abs(wanted) * Fraction(1, 10**13) + Fraction(1, 10**9), text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='A1B2$:(),+-*/<>=%"SUMIFROND. 0E9!&', max_size=40))
def test_any_text_is_computed_or_left_alone(text):
    found = result(text)
    assert found is None or isinstance(found, float | str | bool)


# Whole files.


def test_a_workbook_written_by_a_program_is_read_with_its_results():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["姓名", "天数", "单价", "应发", "扣款", "实发"])
    for row in range(2, 6):
        page.append([f"王{row}", 20 + row, 300.5, f"=B{row}*C{row}", None, f"=ROUND(D{row}-E{row},0)"])
    page.append(["合计", None, None, "=SUM(D2:D5)", "=VLOOKUP(A1,A:B,2)", "=SUM(F2:F5)"])
    box = BytesIO()
    book.save(box)
    sheet = read(box.getvalue(), QUICK).sheets[0]
    rows = [cells for _number, cells in sheet.rows()]
    assert rows[1] == ["王2", 22.0, 300.5, 6611.0, None, 6611.0]
    assert rows[2] == ["王3", 23.0, 300.5, 6911.5, None, 6912.0]
    assert rows[5] == ["合计", None, None, 28247.0, WITHOUT_VALUE, 28248.0]
    assert sheet.computed == {4: (2, 3, 4, 5, 6), 6: (2, 3, 4, 5, 6)}


def test_a_result_that_the_file_has_counts():
    cells = '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1*2</f><v>5</v></c><c r="C1"><f>B1*2</f></c></row>'
    sheet = read(raw_xlsx(cells), QUICK).sheets[0]
    assert next(sheet.rows())[1] == [2.0, 5.0, 10.0]
    assert sheet.computed == {3: (1,)}


def test_zeros_that_a_program_put_in_place_of_results_are_computed():
    box = BytesIO()
    with xlsxwriter.Workbook(box) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, [7, 2])
        page.write_formula(0, 2, "=A1-B1")
        page.write_formula(0, 3, "=C1*2")
    sheet = read(box.getvalue(), QUICK).sheets[0]
    assert next(sheet.rows())[1] == [7.0, 2.0, 5.0, 10.0]


def test_formulas_that_share_one_are_computed_each_at_its_place():
    def table(first):
        return (
            f'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>10</v></c><c r="C1"><f t="shared" ref="C1:C3" si="0">A1*$B$1+IF(A1&gt;2,1,0)</f>{first}</c></row>'
            '<row r="2"><c r="A2"><v>2</v></c><c r="C2"><f t="shared" si="0"/></c></row>'
            '<row r="3"><c r="A3"><v>3</v></c><c r="C3"><f t="shared" si="0"></f><v></v></c><c r="D3"><f t="shared" si="7"/></c></row>'
        )

    sheet = read(raw_xlsx(table("")), QUICK).sheets[0]
    assert [cells[2] for _row, cells in sheet.rows()] == [10.0, 20.0, 31.0]
    # The first cell has its result, the others none.
    sheet = read(raw_xlsx(table("<v>99</v>")), QUICK).sheets[0]
    assert [cells[2] for _row, cells in sheet.rows()] == [99.0, 20.0, 31.0]
    assert sheet.computed == {3: (2, 3)}
    # Whose first cell isn't there stays without.
    assert list(sheet.rows())[2][1][3] == WITHOUT_VALUE


def test_formulas_for_whole_areas_are_left_alone():
    cells = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="array" ref="B1">A1*2</f></c><c r="C1"><f t="dataTable" ref="C1" r1="A1"/></c></row>'
    sheet = read(raw_xlsx(cells), QUICK).sheets[0]
    assert next(sheet.rows())[1] == [1.0, WITHOUT_VALUE, WITHOUT_VALUE]


def test_a_hostile_sheet_of_formulas_is_read_in_time():
    deep = "(" * 3000 + "1" + ")" * 3000
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><f>SUM(A1:Z200000)</f></c><c r="B{row}"><f>B{row}</f></c><c r="C{row}"><f>{deep}</f></c>'
        f'<c r="D{row}"><f>D{row % 300 + 1}+1</f></c></row>'
        for row in range(1, 301)
    )
    sheet = read(raw_xlsx(rows), QUICK).sheets[0]
    assert all(cell == WITHOUT_VALUE for _row, cells in sheet.rows() for cell in cells)


BOOKS = sorted((SAMPLES / "payroll").rglob("*.xlsx")) if (SAMPLES / "payroll").exists() else []


@pytest.mark.skipif(not BOOKS, reason="the samples lie beside the project only where it was made")
def test_what_excel_computed_in_the_samples_is_what_we_compute():
    """Every formula of the samples that has a result, computed again from the other cells."""
    compared = 0
    for path in BOOKS:
        try:
            written, shown = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        except Exception:
            continue
        for page in written.worksheets:
            values = shown[page.title]
            formulas = {
                (cell.row, cell.column): Written(cell.value[1:])
                for row in page.iter_rows()
                for cell in row
                if isinstance(cell.value, str) and cell.value.startswith("=")
            }
            known = {spot: values.cell(*spot).value for spot in formulas}
            rows = [
                [float(cell.value) if type(cell.value) in (int, float) else cell.value for cell in row]
                for row in values.iter_rows()
            ]
            for spot, formula in formulas.items():
                wanted = known[spot]
                found = computed({spot: formula}, rows, {}).get(spot)
                if type(wanted) in (int, float) and type(found) is float:
                    compared += 1
                    assert found == pytest.approx(float(wanted), rel=1e-12, abs=1e-9), (path.name, spot, formula)
    assert compared > 100
