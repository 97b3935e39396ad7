"""Which month a sheet's name, its title and its cells speak of."""

import pytest

from payroll.rules.month import Month, NotAMonth, parse_month
from payroll.rules.named_months import months_in, names_month

OCTOBER = Month(2025, 10)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("10月", 1), ("2025年10月", 1), ("10月工资", 1), ("十月", 1), ("十月份", 1), ("2025.10", 1), ("2025-10", 1),
        ("202510", 1), ("25年10月", 1), ("2025_10月", 1), ("2025 10月", 1), ("二〇二五年十月", 1), ("10.1-10.31", 1),
        ("2025.10.1-10.31", 1), ("10月工资11月发", 1), ("10月工资（11月10日发放）", 1), ("１０月", 1), ("木工班10月", 1),
        ("9月", -1), ("九月", -1), ("2024年10月", -1), ("2025.09", -1), ("2025.9", -1), ("9月工资10月发", -1),
        ("24年10月", -1), ("11月发放9月工资", -1), ("12月工资", -1), ("十二月", -1), ("7-9月", -1),
        # A day, a span of other months, a number: nothing that could be told.
        ("12月30日", 0), ("2025.12.30", 0), ("20251231", 0), ("9、10月", 0), ("1-10月", 0), ("9.26-10.25", 0), ("Sheet1", 0),
        ("工资", 0), ("10号楼", 0), ("2509", 0), ("10月发放", 0), ("第10期", 0), ("2025年", 0),
    ],
)  # fmt: skip
def test_the_name_of_a_sheet(name, said):
    assert names_month(months_in(name), OCTOBER) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("某项目2025年10月农民工工资表", 1), ("10月份工资发放表", 1), ("十月份工资表", 1), ("所属月份：10月", 1),
        ("2025.10工资发放表", 1), ("2025年10月1日至2025年10月31日工资表", 1), ("2025年10月1日—31日", 1),
        ("25年10月份工资表", 1), ("二〇二五年十月工资表", 1), ("10月工资（11月发放）", 1),
        ("2025年10月工资表 编制日期：2025年11月5日", 1),
        ("某项目2025年9月农民工工资表", -1), ("九月份工资表", -1), ("2025年9月1日至9月30日工资表", -1),
        ("2025.09工资发放表", -1), ("10月发放9月工资", -1), ("12月工资表", -1), ("2024年10月工资表", -1),
        # Words around a month say nothing of pay.
        ("编制日期：2025年11月5日", 0), ("合同签订于11月", 0), ("2025年9、10月工资表", 0), ("2025年9月26日至10月25日工资表", 0),
        ("造价 2025.09 万元", 0), ("本工程计划11月完工", 0), ("", 0),
    ],
)  # fmt: skip
def test_a_line_above_the_header(title, said):
    assert names_month(months_in(title, title=True), OCTOBER) == said


@pytest.mark.parametrize(
    ("typed", "near", "month"),
    [
        ("12月", Month(2026, 1), Month(2025, 12)),
        (12.0, Month(2026, 1), Month(2025, 12)),
        ("十二月", Month(2026, 2), Month(2025, 12)),
        ("1月", Month(2025, 12), Month(2026, 1)),
        ("10", OCTOBER, OCTOBER),
        ("4月", OCTOBER, Month(2025, 4)),
        ("2025年10月1日至2025年10月31日", OCTOBER, OCTOBER),
        ("2025.10.1-2025.10.31", OCTOBER, OCTOBER),
        ("10月1日-31日", OCTOBER, OCTOBER),
        ("2025.12.01-12.31", Month(2026, 1), Month(2025, 12)),
    ],
)
def test_a_cell(typed, near, month):
    assert parse_month(typed, near) == month


@pytest.mark.parametrize("typed", ["2025年9月26日-2025年10月25日", "2024.10.1-2025.10.31", "13.1-13.31", "10-12月"])
def test_a_period_of_two_months_is_none(typed):
    with pytest.raises(NotAMonth):
        parse_month(typed, OCTOBER)
