"""What a person who looks at the sheet doesn't see: hidden columns that are read, results that we computed."""

import openpyxl
import pytest

from payroll.imports.parse import parse
from sheets.reader import Sheet, Workbook, read
from tests.payroll.rules.people import TITLES, card, id_number, row
from tests.sheets.making import saved


def of(*rows, **about):
    return parse(Workbook("xlsx", [Sheet.of(list(rows), **about)]), month="2025-10")


def at(title):
    return TITLES.index(title) + 1


def told(found, code):
    return [(remark.cell, remark.severity) for remark in (*found.errors, *found.warnings) if remark.code == code]


def test_a_hidden_column_that_is_read_is_told_at_its_title():
    hidden = frozenset((at("扣款"), at("银行卡号"), 40))
    found = of(["工资表"], TITLES, row(1), row(2), hidden_columns=hidden)
    letters = sorted(found.columns[name] for name in ("deductions", "bank_card"))
    assert told(found, "hidden_column") == [(f"{letter}2", "notice") for letter in letters]
    message = next(one.message for one in found.warnings if one.code == "hidden_column")
    assert "“银行卡号”" in message or "“扣款”" in message
    assert found.accepted == 2


def test_a_visible_one_the_number_of_the_row_and_an_empty_one_are_not_told():
    assert told(of(TITLES, row(1)), "hidden_column") == []
    assert told(of(TITLES, row(1), hidden_columns=frozenset((at("序号"),))), "hidden_column") == []
    assert told(of(TITLES, row(1, 班组=None), hidden_columns=frozenset((at("班组"),))), "hidden_column") == []


TAKEN = ["姓名", "身份证号", "应发工资", "水电费", "伙食费", "实发工资"]


def test_a_hidden_deduction_that_is_added_up_is_told():
    rows = [["王伟", id_number(1), 6000.0, 100.0, 50.0, 5850.0], ["李强", id_number(2), 6000.0, 100.0, 50.0, 5850.0]]
    found = of(TAKEN, *rows, hidden_columns=frozenset((4,)))
    assert told(found, "hidden_column") == [("D1", "notice")]
    assert "参与实发的核对" in found.warnings[0].message
    assert found.accepted == 2


def test_a_hidden_column_of_words_outside_the_sum_is_not_told():
    titles = [*TAKEN[:4], "班长意见", TAKEN[5]]
    rows = [["王伟", id_number(1), 6000.0, 100.0, "同意", 5900.0]]
    assert told(of(titles, *rows, hidden_columns=frozenset((5,))), "hidden_column") == []


def test_columns_of_amounts_that_nobody_understands_are_named_together():
    titles = ["姓名", "身份证号", "夜餐", "高温", "天气", "实发工资", "垫付"]
    rows = [["王伟", id_number(1), 900.0, 4500.0, "晴", 5400.0, 800.0]]
    found = of(titles, *rows)
    assert told(found, "unread_column") == [("C1", "notice")]
    message = next(one.message for one in found.warnings if one.code == "unread_column")
    assert "C 列“夜餐”、D 列“高温”有金额" in message
    assert "垫付" not in message, "right of what is paid"


@pytest.mark.parametrize(
    ("title", "value"),
    [("合同金额", 900.0), ("日工资标准", 300.0), ("迟到次数", 2.0), ("水电费", 900.0), ("工龄", 12.0)],
)
def test_what_is_no_pay_or_takes_part_in_the_sum_is_not_named(title, value):
    titles = ["姓名", "身份证号", "应发工资", title, "实发工资"]
    rows = [["王伟", id_number(1), 6300.0, value, 5400.0]]
    assert told(of(titles, *rows), "unread_column") == []


def test_a_two_line_header_with_words_of_the_site_adds_up():
    """应领 above 考勤工资, 水电生活费 below 扣减: the row that doesn't agree is told."""
    titles = ["姓名", "身份证号", "应领", "水电生活费", "借支", "到手金额"]
    groups = [None, None, "考勤工资", "扣减", None, None]
    groups[4] = "扣减"
    rows = [["王伟", id_number(1), 5000.0, 200.0, 0.0, 4800.0], ["李强", id_number(2), 4995.0, 200.0, 0.0, 4895.0]]
    found = of(groups, titles, *rows)
    assert found.columns["gross"] == "C"
    assert [(error.code, error.cell) for error in found.errors] == [("net_mismatch", "F4")]


def test_results_of_ours_are_told_once_a_column_with_their_number():
    rows = [row(n) for n in range(1, 5)]
    net = at("实发工资")
    found = of(
        TITLES,
        *rows,
        ["合计", *[None] * (net - 2), sum(one[net - 1] for one in rows)],
        computed={net: (2, 3, 5, 6), 99: (2,)},
    )
    letter = found.columns["net_pay"]
    assert told(found, "formula_computed") == [(f"{letter}1", "notice")], "at the title"
    message = next(one.message for one in found.warnings if one.code == "formula_computed")
    assert "4 个公式" in message
    assert (found.accepted, found.total_net) == (4, found.declared_total_net)


def test_a_number_of_a_person_that_a_formula_gave_is_not_shown():
    found = of(TITLES, row(1), computed={at("身份证号"): (2,), at("银行卡号"): (2,)})
    assert len(told(found, "formula_computed")) == 2
    said = "".join(one.message for one in found.warnings)
    assert id_number(1) not in said
    assert card(1)[:8] not in said


def test_rows_that_are_nobodys_are_not_counted():
    """Prepared rows below the people hold formulas too."""
    found = of(TITLES, row(1), [3.0], [4.0], computed={at("实发工资"): (3, 4)})
    assert told(found, "formula_computed") == []


@pytest.fixture
def written():
    """A payroll that a program wrote: nothing in it was ever computed."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["序号", "姓名", "身份证号", "天数", "单价", "应发工资", "扣款", "实发工资"])
    for n in range(1, 4):
        page.append(
            [n, f"王伟{'一二三'[n - 1]}", id_number(n), 20 + n, 300, f"=D{n + 1}*E{n + 1}", 100, f"=F{n + 1}-G{n + 1}"]
        )
    page.append(["合计", None, None, None, None, "=SUM(F2:F4)", "=SUM(G2:G4)", "=SUM(H2:H3)"])
    return book


def test_a_payroll_that_was_never_computed_is_read_in_full(written):
    found = parse(read(saved(written)), month="2025-10")
    assert (found.rows, found.accepted) == (3, 3)
    assert [str(line.net) for line in found.lines] == ["6200.00", "6500.00", "6800.00"]
    assert told(found, "formula_computed") == [("F1", "notice"), ("H1", "notice")]
    assert told(found, "formula_without_value") == []
    # The sum of the sheet leaves a row out: that is told as ever.
    assert told(found, "total_mismatch") == [("H5", "warning")]


def test_what_is_not_computed_is_still_flagged(written):
    written.active["H3"] = "=VLOOKUP(B3,Sheet2!A:B,2,0)"
    found = parse(read(saved(written)), month="2025-10")
    assert (found.rows, found.accepted) == (3, 2)
    assert told(found, "amount_invalid") == [("H3", "error")]
    assert told(found, "formula_without_value") == [("H3", "warning"), ("H5", "warning")]


def test_without_titles_what_is_said_of_a_column_stands_at_nobodys_row():
    people = [row(n, 姓名=name) for n, name in enumerate(("王伟", "李娜", "张强", "刘洋", "陈静"), 1)]
    found = of(*people, computed={at("实发工资"): (1, 2)})
    assert found.accepted == 5
    said = [remark for remark in found.warnings if remark.code == "formula_computed"]
    assert [(remark.row, remark.cell) for remark in said] == [(0, "")]
    assert f"{found.columns['net_pay']} 列" in said[0].message
