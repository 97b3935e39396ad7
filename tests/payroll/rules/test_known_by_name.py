"""Without ID numbers the employer's roster says who somebody is, where the name is the only one: flagged, never guessed."""

import pytest

from payroll.imports.parse import parse
from payroll.rules.facts import Facts, KnownWorker
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from tests.payroll.rules.people import card, id_number

ROSTER = {"王伟": [KnownWorker(1, "王伟")], "李娜": [KnownWorker(2, "李娜"), KnownWorker(3, "李娜")]}
FACTS = Facts(workers_named=lambda name: ROSTER.get(name, []))


def read(titles, *rows, facts=FACTS):
    return parse(Workbook("xlsx", [Sheet.of([titles, *rows])]), month="2025-10", facts=facts)


def codes(found):
    return [(remark.row, remark.cell, remark.code, remark.severity) for remark in (*found.errors, *found.warnings)]


BLANK = ["姓名", "身份证号", "银行卡号", "实发工资"]


def test_an_empty_column_of_numbers_is_as_none():
    found = read(BLANK, ["王伟", None, card(1), 1.0], ["李娜", None, card(2), 2.0], ["赵强", " ", card(3), 3.0])
    assert [(line.name, line.worker.ref) for line in found.lines] == [("王伟", 1)]
    assert codes(found) == [
        (3, "B3", "id_missing", "error"),
        (4, "B4", "id_missing", "error"),
        (2, "A2", "matched_by_name", "notice"),
    ]
    assert "身份证号列是空的，本单位的花名册里有 2 名李娜" in found.errors[0].message


def test_a_single_gap_in_a_column_of_numbers_stays_an_error():
    found = read(BLANK, ["李强", id_number(4), card(4), 1.0], ["王伟", None, card(1), 1.0])
    assert (3, "B3", "id_missing", "error") in codes(found)
    assert [line.row for line in found.lines] == [2]


def test_two_rows_of_one_name_are_asked_about():
    found = read(BLANK, ["王伟", None, card(1), 1.0], ["王伟", None, card(2), 1.0])
    assert [line.row for line in found.lines] == [2]
    assert (3, "A3", "duplicate_worker", "error") in codes(found)


def test_without_a_roster_nobody_is_known():
    found = read(BLANK, ["王伟", None, card(1), 1.0], facts=Facts())
    assert [code for _row, _cell, code, _severity in codes(found)] == ["id_missing"]


TOTALS = ["序号", "姓名", "基础工资", "绩效工资", "加班费", "合计", "备注"]
PAID = [[float(n), "王伟", 1700.0, 500.0 + n, 100.0 * n, 2200.0 + 101 * n, None] for n in range(1, 6)]


def net_of(titles, rows):
    return parse(Workbook("xlsx", [Sheet.of([titles, *rows])]), month="2025-10").columns.get("net_pay")


def test_a_total_that_is_the_last_amount_and_adds_up_is_what_is_paid():
    found = read(TOTALS, *PAID)
    assert found.columns["net_pay"] == "F"
    assert (1, "F1", "column_by_content", "notice") in codes(found)


@pytest.mark.parametrize(
    ("titles", "change"),
    [
        # Something is taken off somewhere, or stands right of it, or it adds up to nothing.
        ([*TOTALS[:4], "其中扣水电", "合计", "备注"], None),
        ([*TOTALS[:6], "补贴"], 50.0),
        ([*TOTALS[:5], "本月情况", "备注"], None),
        (TOTALS, "wrong"),
    ],
)
def test_a_total_that_may_be_something_else_is_not_taken(titles, change):

    rows = [list(row) for row in PAID]
    for at, row in enumerate(rows):
        if change == "wrong":
            row[5] += 7.0 * at + 3
        elif change:
            row[6] = change
    with pytest.raises(Refusal) as caught:
        net_of(titles, rows)
    assert caught.value.code == "no_net_column"


def test_a_register_is_refused_as_what_it_is():

    titles = ["员工姓名", "身份证号", "工资卡号", "手机号", "信用额度"]
    with pytest.raises(Refusal) as caught:
        net_of(titles, [["王伟", id_number(1), card(1), "13900000001", 1000.0]])
    assert (caught.value.code, "人员名册" in caught.value.message) == ("wrong_template", True)
    # With a column of money whose title says nothing it may be a payroll: that is asked.
    with pytest.raises(Refusal) as caught:
        net_of([*titles[:4], "兑现"], [["王伟", id_number(1), card(1), "13900000001", 1000.0]] * 2)
    assert caught.value.code == "no_net_column"
