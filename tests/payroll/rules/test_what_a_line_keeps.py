"""What is kept of a row adds up: a worker's slip and a leaver's settlement are made of it."""

from decimal import Decimal

import pytest

from payroll.imports.parse import parse
from payroll.rules.checks.declared import severities
from payroll.rules.facts import Facts
from sheets.reader import Sheet, Workbook
from tests.payroll.rules.people import id_number


def read(titles, *amounts, facts=None):
    rows = [["王伟", id_number(n), *row] for n, row in enumerate(amounts, 1)]
    sheet = Workbook("xlsx", [Sheet.of([["姓名", "身份证号", *titles], *rows])])
    return parse(sheet, month="2026-10", **({"facts": facts} if facts else {}))


@pytest.mark.parametrize(
    ("titles", "amounts", "kept"),
    [
        (["应发工资", "社保", "个税", "实发工资"], [6000.0, 300.0, 50.0, 5650.0], (6000, 350, None)),
        (["应发工资", "伙食费", "水电费", "预支", "实发工资"], [6000.0, 300.0, 50.0, 650.0, 5000.0], (6000, 350, 650)),
        # A total and a deduction beside it.
        (["应发工资", "扣款", "个税", "实发工资"], [6000.0, 300.0, 50.0, 5650.0], (6000, 350, None)),
        # A total of what stands before it isn't counted twice, and an advance within it neither.
        (["应发工资", "社保", "个税", "扣款合计", "实发工资"], [6000.0, 300.0, 50.0, 350.0, 5650.0], (6000, 350, None)),
        (["应发工资", "预支", "餐费", "扣款合计", "实发工资"], [6000.0, 500.0, 50.0, 550.0, 5450.0], (6000, 50, 500)),
        (["应发工资", "预支", "餐费", "扣款合计", "实发工资"], [6000.0, 500.0, 50.0, 50.0, 5450.0], (6000, 50, 500)),
        (["应发工资", "预支", "扣款合计", "实发工资"], [6000.0, 500.0, 500.0, 5500.0], (6000, 0, 500)),
        # Nothing was taken off, nothing was written.
        (["应发工资", "社保", "个税", "实发工资"], [6000.0, None, None, 6000.0], (6000, None, None)),
        (["应发工资", "扣款", "实发工资"], [6000.0, 0.0, 6000.0], (6000, 0, None)),
        # An amount of unknown meaning that was added or taken off: what is known is kept, the rest stays unexplained.
        (["应发工资", "扣款", "某某", "实发工资"], [6000.0, 100.0, 70.0, 5970.0], (6000, 100, None)),
        (["应发工资", "餐费", "某某", "实发工资"], [6000.0, 100.0, 70.0, 5970.0], (6000, 100, None)),
        (["应发工资", "餐费", "某某", "实发工资"], [6000.0, 100.0, 70.0, 5830.0], (6000, 100, None)),
        (["应发工资", "餐费", "某某", "实发工资"], [6000.0, 100.0, 70.0, 5900.0], (6000, 100, None)),
        # It doesn't explain the rest: what stands in the cells is kept, whatever it comes to.
        (["应发工资", "餐费", "某某", "实发工资"], [6000.0, 100.0, 70.0, 5950.0], (6000, None, None)),
    ],
)
def test_what_was_taken_off_is_kept_as_one_amount(titles, amounts, kept):
    found = read(titles, amounts)
    assert not found.errors
    (line,) = found.lines
    assert (line.gross, line.deductions, line.advance) == kept


def test_a_sheet_whose_totals_stand_by_group_keeps_their_sum():
    titles = ["姓名", "身份证号", "应发工资", "其他应发", None, "社保扣款", None, "实发工资"]
    below = [None, None, None, "补贴", "小计", "养老", "小计", None]
    row = ["王伟", id_number(1), 6000.0, 200.0, 200.0, 300.0, 300.0, 5900.0]
    found = parse(Workbook("xlsx", [Sheet.of([titles, below, row])]), month="2026-10")
    (line,) = found.lines
    assert (line.gross, line.deductions, line.net) == (6200, 300, 5900)


def test_differences_that_the_sheet_does_not_explain_are_told_once():
    titles = ["应发工资", "餐费", "考核", "实发工资"]
    agreeing = [6000.0, 100.0, 0.0, 5900.0]
    found = read(titles, agreeing, [6000.0, 100.0, 70.0, 5970.0], [6000.0, 100.0, 70.0, 5830.0], agreeing)
    assert found.errors == []
    (told,) = (remark for remark in found.warnings if remark.code == "net_unexplained")
    assert told.cell == "F1"
    assert told.message.startswith("有 2 行的实发工资不等于应发减扣款、预支")
    assert "第一处在第 3 行，差 70.00 元" in told.message
    assert [remark.code for remark in read(titles, agreeing).warnings] == [], "the control"


def test_a_contradiction_that_is_let_through_keeps_what_stands_there():
    """人社 may set the check to a reminder: nothing is invented then."""
    titles, amounts = ["应发工资", "社保", "个税", "实发工资"], [6000.0, 300.0, 50.0, 5700.0]
    assert [remark.code for remark in read(titles, amounts).errors] == ["net_mismatch"], "the control"
    found = read(titles, amounts, facts=Facts(severities=severities({"net_mismatch": "warning"})))
    assert [remark.code for remark in found.warnings] == ["net_mismatch"]
    (line,) = found.lines
    assert (line.gross, line.deductions, line.net) == (Decimal(6000), None, Decimal(5700))
