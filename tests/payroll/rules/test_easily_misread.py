"""Sheets that were read wrongly once, or easily are: a wrong column for the pay, people for totals, totals for people."""

import pytest

from payroll.imports.mapping import doubts, propose
from payroll.imports.parse import parse
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from tests.payroll.rules.people import card, id_number

T = ["序号", "姓名", "身份证号", "实发工资"]
FULL = ["序号", "班组", "姓名", "身份证号", "银行卡号", "出勤天数", "应发工资", "扣款", "实发工资"]


def book(*rows, **about):
    return Workbook("xlsx", [Sheet.of(list(rows), **about)])


def read(*rows, month="2025-10"):
    return parse(book(*rows), month=month)


def p(n, net=5000.0):
    return [float(n), "王伟", id_number(n), net]


def full(n):
    return [float(n), "木工班", "王伟", id_number(n), card(n), 20.0, 5000.0, 100.0, 4900.0]


def blank(*start, net=None):
    return [*start, *[None] * (len(FULL) - len(start) - 1), net]


def ignored(found):
    return {one["row"]: one["why"] for one in found.ignored_rows}


def errors(found):
    return [(remark.cell, remark.code) for remark in found.errors]


# Rows.


@pytest.mark.parametrize("number", [2.0, "2", " 2 "])
def test_somebody_numbered_without_a_name_is_no_total_though_the_sum_fits(number):
    found = read(T, p(1), [number, None, None, 5000.0], p(3, 4000.0))
    assert errors(found) == [("B3", "name_missing"), ("C3", "id_missing")]
    assert (ignored(found), found.declared_total_net) == ({}, None)


def test_a_sum_without_a_label_is_still_a_total():
    found = read(T, p(1), [None, None, None, 5000.0])
    assert (ignored(found), errors(found)) == ({3: "total"}, [])


def test_a_total_that_sums_up_the_id_numbers_too_is_a_total():
    found = read(T, p(1), p(2), ["合计", None, 1.2404e18, 10000.0])
    assert (ignored(found), errors(found), found.total_net) == ({4: "total"}, [], 10000)
    # Somebody whose number lost its digits is no total.
    assert errors(read(T, p(1), [2.0, "李强", 1.2404e17, 10000.0])) == [("C3", "id_precision_lost")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["合", None, "计", *[None] * 5, 9800.0], "total"),
        (["小", "计", *[None] * 6, 9800.0], "subtotal"),
        ([None, None, None, None, "合计", 40.0, 10000.0, 200.0, 9800.0], "total"),
        (blank("合计（大写）", "玖仟捌佰元整", net=9800.0), "total"),
        (blank("木工班", "小计", net=9800.0), "subtotal"),
        (blank("承前页", net=9800.0), "subtotal"),
        (blank("人民币（大写）：玖仟捌佰元整"), "note"),
        (blank(None, None, "以上人员工资已核对无误"), "note"),
        (blank("劳资员：", "张三", None, "2025年11月5日"), "signature"),
    ],
)
def test_what_is_nobodys_row_is_told_and_not_paid(row, why):
    found = read(FULL, full(1), full(2), row)
    assert (ignored(found), errors(found), found.accepted) == ({4: why}, [], 2)


@pytest.mark.parametrize("name", ["总立新", "单位", "施工", "注文", "何计", "合明", "会计春", "班组生", "例明"])
def test_somebody_whose_name_looks_like_a_label_is_paid(name):
    row = full(2)
    row[2] = name
    found = read(FULL, full(1), row)
    assert [line.name for line in found.lines] == ["王伟", name]


# Columns.


def money(titles, *columns, month="2025-10", **about):
    """People under titles; each column gives the amount of the n-th of them."""
    rows = [["王伟", id_number(n), *[float(column(n)) for column in columns]] for n in range(1, 6)]
    return book(["姓名", "身份证号", *titles], *rows, **about), month


def net_of(workbook, month):
    try:
        return parse(workbook, month=month).columns["net_pay"]
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize(
    ("titles", "columns", "net"),
    [
        # 金额 is what was earned, what is left of it stands right of it: asked.
        (["工日", "单价", "金额", "借支", "余额"], [lambda n: 20 + n, lambda n: 300, lambda n: 6000 + 300 * n, lambda n: 1000 + n, lambda n: 5000 + 299 * n], "no_net_column"),
        (["工日", "单价", "总价", "生活费", "结算"], [lambda n: 20 + n, lambda n: 300, lambda n: 6000 + 300 * n, lambda n: 1000 + n, lambda n: 5000 + 299 * n], "G"),
        # 工资 is one of the parts of 合计.
        (["工资", "奖金", "合计"], [lambda n: 5000 + n, lambda n: 300 + n, lambda n: 5300 + 2 * n], "E"),
        # Paid this time, and what stays owed.
        (["工资标准", "考勤天数", "应得工资", "本次支付", "剩余"], [lambda n: 9000, lambda n: 20 + n, lambda n: 8000 + n, lambda n: 5000, lambda n: 3000 + n], "F"),
        # Two months are not the parts of one.
        (["10月", "9月", "合计"], [lambda n: 5000 + n, lambda n: 4000, lambda n: 9000 + n], "no_net_column"),
        (["应发工资", "已发", "实发工资", "累计未发"], [lambda n: 6000 + n, lambda n: 1000, lambda n: 5000 + n, lambda n: 500], "E"),
    ],
)  # fmt: skip
def test_which_amount_is_paid(titles, columns, net):
    assert net_of(*money(titles, *columns)) == net


def test_two_columns_that_may_be_what_is_paid_are_told():
    workbook, month = money(
        ["应发", "个税", "实发", "补发", "总实发"],
        lambda n: 5000 + n,
        lambda n: 10,
        lambda n: 4990 + n,
        lambda n: 100,
        lambda n: 5090 + n,
    )
    assert any("E 列和 G 列的列名都像实发工资" in doubt for doubt in doubts(propose(workbook, month)))
    assert "column_ambiguous" in [remark.code for remark in parse(workbook, month=month).warnings]


def test_a_known_net_pay_is_checked_against_parts_whose_titles_say_nothing():
    columns = [lambda n: 6000 + 17 * n, lambda n: 100 * n, lambda n: 6000 - 83 * n]
    workbook, month = money(["全部", "扣了", "到手"], *columns)
    found = parse(workbook, month=month)
    assert (found.columns["gross"], found.columns["deductions"], found.columns["net_pay"]) == ("C", "D", "E")
    assert [remark.code for remark in found.warnings] == ["column_by_content", "column_by_content"]
    rows = [["王伟", id_number(n), *[float(column(n)) for column in columns]] for n in range(1, 9)]
    rows[3][-1] = 1.0
    found = read(["姓名", "身份证号", "全部", "扣了", "到手"], *rows)
    assert errors(found) == [("E5", "net_mismatch")]
    # What doesn't add up stays unread.
    workbook, month = money(["全部", "扣了", "到手"], columns[0], columns[1], lambda n: 5000 + 7 * n * n)
    assert "gross" not in parse(workbook, month=month).columns


# Units.


@pytest.mark.parametrize(
    ("above", "typed", "paid"),
    [
        ("合同造价（单位：万元）", 5000.0, "5000.00"),  # the contract's, not the pay's
        ("金额单位：万元", 0.5, "5000.00"),
        ("单位：分", 500000.0, "5000.00"),
        ("评分 单位：分", 5000.0, "50.00"),
        ("单位：千元", 5.0, "5000.00"),
    ],
)
def test_a_unit_above_counts_where_it_makes_a_months_pay(above, typed, paid):
    assert str(read([above, "5000"], T, p(1, typed)).lines[0].net) == paid
