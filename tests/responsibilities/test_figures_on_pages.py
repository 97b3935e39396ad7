"""Days, amounts and shares as pages write them: nothing rounded away, no needless zeros."""

from decimal import Decimal

import pytest

from responsibilities.templatetags.portal import days, money, share


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (Decimal("18.50"), "18.5"),
        (Decimal("26.00"), "26"),
        (Decimal("0.25"), "0.25"),
        (Decimal("30.00"), "30"),
        (Decimal("1234.50"), "1,234.5"),
        (Decimal("0.00"), "0"),
        (0, "0"),
        (None, "—"),
    ],
)
def test_days_keep_their_fraction_and_lose_their_zeros(number, shown):
    assert days(number) == shown


def test_amounts_have_two_places_and_what_is_unknown_a_dash():
    assert (money(Decimal("1234567.8")), money(0), money(None)) == ("1,234,567.80", "0.00", "—")


def test_shares_are_per_cent():
    assert (share(Decimal("0.3000")), share(Decimal("0.125")), share(None)) == ("30%", "12.5%", "—")
