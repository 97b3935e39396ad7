"""Amounts, days and months as people type them; what can't be read without guessing is refused."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.days import NotDays, parse_days
from payroll.rules.month import Month, NotAMonth, parse_month
from sheets.values import ErrorValue


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        (6000.0, "6000.00"),
        (3004.7999999999997, "3004.80"),
        (1.005, "1.01"),
        (-12.5, "-12.50"),
        ("6000", "6000.00"),
        ("6,000.50元", "6000.50"),
        ("￥6，000.00", "6000.00"),
        ("６０００．５", "6000.50"),
        (" 6 000 ", "6000.00"),
        ("人民币6000元整", "6000.00"),
        ("(300)", "-300.00"),
        ("-300", "-300.00"),
        ("－300", "-300.00"),
        ("0", "0.00"),
        (".5", "0.50"),
    ],
)
def test_amounts(typed, amount):
    assert parse_money(typed) == Decimal(amount)
    assert parse_money(typed).as_tuple().exponent == -2


@pytest.mark.parametrize("typed", [None, "", "  ", "-", "—", "——", "一", "/", "无"])
def test_blanks_and_dashes_are_no_amount(typed):
    assert parse_money(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "六千",
        "6000/月",
        "60,00",
        "1.2.3",
        "6000+500",
        "abc",
        True,
        datetime.date(2025, 1, 1),
        6.2e18,
        "6222020000000000015",
        "--5",
        ErrorValue("#N/A"),
        float("inf"),
        float("nan"),
        "１e3",
    ],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(NotMoney):
        parse_money(typed)


@given(st.decimals("-99999999", "99999999", places=2))
def test_an_amount_written_out_is_read_back_exactly(amount):
    assert parse_money(f"{amount:,.2f}元") == amount
    assert parse_money(float(amount)) == amount


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        (26.0, "26"),
        (25.5, "25.5"),
        ("26天", "26"),
        ("26 天", "26"),
        ("25天半", "25.5"),
        ("25.5", "25.5"),
        ("半天", "0.5"),
        ("28/30", "28"),
        ("30/28", "28"),
        ("26天／30天", "26"),
        ("２６", "26"),
        (0.0, "0"),
        ("26个工", "26"),
    ],
)
def test_days(typed, days):
    assert parse_days(typed) == Decimal(days)


@pytest.mark.parametrize(
    "typed", ["全勤", "-1", -1.0, "26.5天半", True, datetime.date(1900, 1, 26), ErrorValue("#REF!"), "1~26"]
)
def test_what_is_no_number_of_days_is_refused(typed):
    with pytest.raises(NotDays):
        parse_days(typed)


def test_no_days_are_none():
    assert parse_days(None) is None
    assert parse_days("—") is None


JANUARY = Month(2025, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "2025年1月",
        "2025年01月份",
        "2025-01",
        "2025-1",
        "2025/01",
        "2025.1",
        "202501",
        "20250115",
        "1月",
        "1",
        "一月",
        1.0,
        202501.0,
        45658.0,
        datetime.date(2025, 1, 31),
        datetime.datetime.fromisoformat("2025-01-01T08:00"),
        "２０２５年１月",
        "2025-01-15",
    ],
)
def test_months(typed):
    assert parse_month(typed, Month(2025, 5)) == JANUARY


@pytest.mark.parametrize("typed", ["13月", "2025-13", "上月", 13.0, 0.0, True, "2025"])
def test_what_is_no_month_is_refused(typed):
    with pytest.raises(NotAMonth):
        parse_month(typed, Month(2025, 5))


def test_a_month_knows_its_days_and_its_name():
    assert Month.of("2024-02").days == 29
    assert str(Month.of("2024-02")) == "2024-02"
    assert Month.of("2025-10").chinese == "2025年10月"
    assert Month.of("2025-12").last == datetime.date(2025, 12, 31)
    with pytest.raises(ValueError, match="2025-13"):
        Month.of("2025-13")
