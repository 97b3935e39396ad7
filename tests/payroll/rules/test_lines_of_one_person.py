"""A line per trade under a name that is merged over them is one person's pay; nothing else is added up."""

from decimal import Decimal

import pytest

from payroll.imports.parse import open_payroll, parse
from sheets.reader import Range, Sheet, Workbook
from tests.payroll.rules.people import card, id_number

T = ["序号", "姓名", "身份证号", "银行卡号", "工种", "出勤天数", "单价", "应发工资", "扣款", "实发工资"]


def first(n, trade="木工", days=10.0, price=300.0, gross=3000.0, taken=100.0, net=2900.0):
    return [float(n), "王伟", id_number(n), card(n), trade, days, price, gross, taken, net]


def more(trade="钢筋工", days=5.0, price=400.0, gross=2000.0, taken=None, net=2000.0):
    return [None, None, None, None, trade, days, price, gross, taken, net]


def total(net):
    return ["合计", *[None] * 8, net]


def read(*rows, merged=(), columns=(1, 2, 3, 4)):
    areas = [Range(top, column, bottom, column) for top, bottom in merged for column in columns]
    return parse(Workbook("xlsx", [Sheet.of([T, *rows], merged=areas)]), month="2025-10")


def codes(found):
    return [(remark.row, remark.code) for remark in (*found.errors, *found.warnings)]


def test_lines_under_a_merged_name_are_added_up_and_it_is_said():
    found = read(first(1), more(), first(3), total(7800.0), merged=[(2, 3)])
    line, other = found.lines
    assert (line.row, line.trade, line.days, line.unit_price) == (2, "木工、钢筋工", Decimal(15), None)
    assert (line.gross, line.deductions, line.net) == (Decimal(5000), Decimal(100), Decimal(4900))
    assert (other.row, other.net) == (4, Decimal(2900))
    assert codes(found) == [(2, "rows_joined")]
    assert found.ignored_rows == [{"row": 3, "why": "joined"}, {"row": 5, "why": "total"}]
    assert (found.rows, found.total_net, found.declared_total_net) == (2, Decimal(7800), Decimal(7800))


def test_three_lines_and_texts_for_amounts_are_added_up_too():
    found = read(first(1), more(net="2,000元"), more("小工", gross=1000.0, net=1000.0), merged=[(2, 4)])
    assert (found.lines[0].net, found.lines[0].gross, found.lines[0].days) == (5900, 6000, 20)


def test_one_amount_for_all_lines_is_one_amount():
    found = read(first(1, gross=5000.0, net=4900.0), more(gross=None, net=None), merged=[(2, 3)])
    assert [(line.row, line.net) for line in found.lines] == [(2, 4900)]
    assert "rows_joined" not in [code for _row, code in codes(found)]


def test_who_wants_to_show_such_a_row_sees_its_sums():
    areas = [Range(2, column, 3, column) for column in (1, 2, 3, 4)]
    sheet = Sheet.of([T, first(1), more(), first(3)], merged=areas)
    reading = open_payroll(Workbook("xlsx", [sheet]), month="2025-10")
    list(reading.lines())
    shown = {row: values for _sheet_no, row, values in reading.values_of({1: {2, 4}})}
    assert [(values["gross"], values["deductions"], values["net_pay"]) for values in shown.values()] == [
        (5000, 100, 4900),
        (3000, 100, 2900),
    ]
    assert codes(reading.parsed) == codes(read(first(1), more(), first(3), merged=[(2, 3)])), "it is told once"


def test_a_name_that_is_not_merged_joins_nothing():
    found = read(first(1), more())
    assert [(line.row, line.net) for line in found.lines] == [(2, 2900)]
    assert (3, "name_missing") in codes(found)


@pytest.mark.parametrize("at", [2, 3])
def test_another_number_below_is_another_person(at):
    below = more()
    below[at] = (id_number(7), card(7))[at - 2]
    found = read(first(1), below, merged=[(2, 3)], columns=(2,))
    assert "rows_joined" not in [code for _row, code in codes(found)]
    assert (3, "name_missing") in codes(found)


def test_what_is_no_amount_is_not_added_up():
    found = read(first(1), more(net="待定"), merged=[(2, 3)])
    assert "rows_joined" not in [code for _row, code in codes(found)]
    assert [line.net for line in found.lines] == [2900]
    assert (3, "amount_invalid") in codes(found)


def test_the_sum_has_to_agree_as_every_row_has():
    found = read(first(1), more(net=1500.0), merged=[(2, 3)])
    assert (2, "net_mismatch") in codes(found)


def test_a_merged_title_or_a_long_merge_joins_nothing():
    rows = [first(n) for n in range(1, 15)]
    found = read(*[rows[0], *[more() for _ in range(13)]], merged=[(2, 15)])
    assert "rows_joined" not in [code for _row, code in codes(found)]
