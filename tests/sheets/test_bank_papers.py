"""Amounts, days and totals as banks write them: read to the cent or not at all."""

import datetime
import re
from decimal import Decimal

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from sheets.bank_papers import LARGEST, bank_day, bank_money, says_nothing

TOTALS = re.compile(r"^(合计|总计)")


@given(st.decimals(-LARGEST + 1, LARGEST - 1, places=2))
def test_an_amount_is_read_back_as_it_was_written(amount):
    assert bank_money(str(amount)) == amount
    assert bank_money(f"￥{amount:,}元") == amount


@pytest.mark.parametrize(
    "text", ["", "-", "五千", "5380.001", "5380.005", "NaN", "Infinity", "1e12", "999999999999.9995", "12 34.5.6"]
)
def test_what_is_no_amount_stays_unknown(text):
    assert bank_money(text) is None


def test_the_largest_amount_fits_where_such_amounts_are_kept():
    for model, name in (
        ("payroll.BankResultRow", "amount"),
        ("accounts.StatementLine", "amount"),
        ("accounts.StatementLine", "balance"),
    ):
        field = apps.get_model(model)._meta.get_field(name)
        assert Decimal(10) ** (field.max_digits - field.decimal_places) >= LARGEST, model


def test_noise_of_binary_numbers_is_no_third_place():
    assert bank_money("5380.0000000001") == Decimal("5380.00")
    assert bank_money("3004.7999999999997") == Decimal("3004.80")


@pytest.mark.parametrize("text", ["2025-11-05", "2025/11/5", "20251105", "2025年11月5日", "2025.11.05 10:22:31"])
def test_days_as_banks_write_them(text):
    assert bank_day(text) == datetime.date(2025, 11, 5)


@pytest.mark.parametrize("cell", ["2025-13-05", "20250230", "五日", "", None, 45966.0])
def test_what_is_no_day_stays_unknown(cell):
    assert bank_day(cell) is None


@pytest.mark.parametrize(
    ("cells", "nothing"),
    [
        ([None, ""], True),
        ([], True),
        (["", "合 计", 3.0], True),
        ([None, "总计：", "12"], True),
        (["1", "合计"], False),
        (["张三"], False),
    ],
)
def test_blank_rows_and_totals_say_nothing(cells, nothing):
    assert says_nothing(cells, TOTALS) is nothing
