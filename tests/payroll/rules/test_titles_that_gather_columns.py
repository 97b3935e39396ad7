"""A title that only gathers columns (工资情况, 出勤) takes nothing from the short titles below it."""

import pytest

from payroll.imports.columns import BY_NAME
from payroll.imports.mapping import is_sure, propose
from payroll.imports.parse import parse
from payroll.rules.month import Month
from sheets.columns import normalise
from sheets.reader import Range, Sheet, Workbook
from tests.payroll.rules.people import card, id_number

WORK = ("出勤", "出勤情况", "10月份考勤", "本月考勤", "工作量", "实际出勤天数")
PAY = ("工资", "工资（元）", "工资情况", "本月工资", "10月份工资", "工资发放情况", "劳务费结算", "金额（元）")


def column_of(*path) -> str | None:
    """The column that such titles, top down, fit best."""
    titles = [normalise(title) for title in path]
    score, name = max((column.score(titles), name) for name, column in BY_NAME.items())
    return name if score else None


@pytest.mark.parametrize("group", WORK)
def test_days_and_hours_below_what_gathers_work(group):
    assert (column_of(group, "天数"), column_of(group, "工时")) == ("days", "hours")


@pytest.mark.parametrize("group", PAY)
def test_price_and_deductions_below_what_gathers_pay(group):
    assert (column_of(group, "单价"), column_of(group, "扣款")) == ("unit_price", "deductions")
    assert column_of("10月", group, "扣款") is None, "a title that says something of its own stands above"


@pytest.mark.parametrize(
    ("path", "column"),
    [
        (("应发工资", "单价"), "unit_price"),
        (("本月应发", "单价"), "unit_price"),
        (("应发工资情况", "天数"), "days"),
        (("出勤情况", "合计天数"), "days"),
        (("出勤情况", "加班天数"), None),
        # What is taken off within the gross isn't taken off twice.
        (("应发工资", "扣款"), None),
        (("扣款项目", "合计"), "deductions"),
        (("扣除部分", "小计"), "deductions"),
        (("出勤情况", "合计"), "days"),
        (("社保", "扣款"), None),
        (("餐费", "扣款"), None),
        (("加班", "天数"), None),
        (("应出勤", "天数"), None),
        (("加班", "工时"), None),
    ],
)
def test_other_titles_keep_their_own_say(path, column):
    assert column_of(*path) == column


def test_a_sheet_with_two_rows_of_titles_is_read_whole_and_without_a_question():
    titles = ["序号", "姓名", "身份证号", "银行卡号", "出勤情况", None, "工资情况（元）", None, None]
    below = [None, None, None, None, "天数", "单价", "应发", "扣款", "实发"]
    rows = [
        [n, "王伟", id_number(n), card(n), 20.0 + n, 240.0, 240.0 * (20 + n), 100.0, 240.0 * (20 + n) - 100]
        for n in range(1, 6)
    ]
    merged = [Range(1, column, 2, column) for column in range(1, 5)] + [Range(1, 5, 1, 6), Range(1, 7, 1, 9)]
    proposal = propose(Workbook("xlsx", [Sheet.of([titles, below, *rows], merged=merged)]), Month(2026, 10))
    found = proposal.sheets[0].mapping
    assert {name: found.get(name) for name in ("days", "gross", "deductions", "net_pay")} == {
        "days": "E", "gross": "G", "deductions": "H", "net_pay": "I",
    }  # fmt: skip
    assert is_sure(proposal)


@pytest.mark.parametrize("group", ["扣款项目", "扣款明细", "水电伙食等扣款"])
def test_the_total_of_what_is_taken_off_is_taken_off_whatever_the_group_is_called(group):
    """What the titles call the group decides how sure the reading is, never whether the rows agree with themselves."""
    titles = ["序号", "姓名", "身份证号", "银行卡号", "应发工资", group, None, None, "实发工资"]
    below = [None, None, None, None, None, "伙食费", "水电费", "合计", None]
    rows = [[n, "王伟", id_number(n), card(n), 5980.0, 100.0 + n, 20.0, 120.0 + n, 5860.0 - n] for n in range(1, 6)]
    merged = [Range(1, column, 2, column) for column in (1, 2, 3, 4, 5, 9)] + [Range(1, 6, 1, 8)]
    sheet = Workbook("xlsx", [Sheet.of([titles, below, *rows], merged=merged)])
    found = parse(sheet, month="2026-10")
    assert [line.net for line in found.lines] == [5859, 5858, 5857, 5856, 5855]
    assert not found.errors
    rows[2][8] = 5980.0
    wrong = parse(Workbook("xlsx", [Sheet.of([titles, below, *rows], merged=merged)]), month="2026-10")
    assert [remark.code for remark in wrong.errors] == ["net_mismatch"], "the control"
