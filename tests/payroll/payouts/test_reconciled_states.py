"""The state of a month is decided once in plain Python and once in SQL; whatever the amounts, both say the same."""

from dataclasses import fields
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payroll.rules.reconciliation import ASKED_FOR, QUIET, STATES, Reconciled
from payroll.selectors.reconciliation_sql import STATE

pytestmark = pytest.mark.django_db
NAMES = [field.name for field in fields(Reconciled)]
ZERO = Decimal(0)
# Few amounts, so that equal ones and sums that come out are common.
AMOUNTS = st.sampled_from([ZERO, Decimal("0.01"), Decimal(1), Decimal(2), Decimal(3)])
MONTHS = st.builds(Reconciled, **{name: st.booleans() if name == "repeated" else AMOUNTS for name in NAMES})


def in_sql(months: list[Reconciled]) -> list[str]:
    casts = ", ".join("%s::boolean" if name == "repeated" else "%s::numeric" for name in NAMES)
    values = ", ".join(f"({place}, {casts})" for place in range(len(months)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {STATE} FROM (VALUES {values}) AS compared (place, {', '.join(NAMES)}) ORDER BY place",
            [getattr(month, name) for month in months for name in NAMES],
        )
        return [state for (state,) in cursor.fetchall()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MONTHS, min_size=30, max_size=60))
def test_the_rule_and_the_query_call_a_month_the_same(months):
    assert in_sql(months) == [month.state for month in months]


def owed(**amounts) -> Reconciled:
    facts = dict.fromkeys(NAMES, ZERO) | {"repeated": False, "payable": Decimal(10)}
    return Reconciled(**facts | {name: Decimal(amount) for name, amount in amounts.items()})


@pytest.mark.parametrize(
    ("amounts", "state", "difference"),
    [
        ({"preparing": 10}, "preparing", 0),
        ({"preparing": 4, "paid": 6, "statement": 6}, "preparing", 0),
        ({"preparing": 4, "settled": 6}, "preparing", 0),
        ({"preparing": 4}, "unpaid", 6),
        ({"preparing": 4, "paid": 3}, "part", 3),
        ({"preparing": 4, "pending": 6}, "pending", 6),
        ({"preparing": 4, "excepted": 6}, "excepted", 6),
        ({"preparing": 4, "paid": 6, "unseen": 6}, "unseen", 0),
        ({"preparing": 4, "paid": 6, "statement": 6, "short": 1}, "part", 1),
        ({"extra": 10}, "unpaid", 0),
    ],
)
def test_what_is_still_on_its_way_hides_nothing_else(amounts, state, difference):
    month = owed(**amounts)
    assert (month.state, month.difference) == (state, difference)
    assert in_sql([month]) == [state]


def test_every_state_is_asked_for_or_quiet():
    assert set(ASKED_FOR["different"]) | set(QUIET) == set(STATES)
    assert set(ASKED_FOR["different"]) & set(QUIET) == set()
    assert set().union(*ASKED_FOR.values()) == set(STATES) - {"clear"}
