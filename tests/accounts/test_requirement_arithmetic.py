"""The requirement of a month: the rule in Python, the view in SQL, and the examples of the law."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import AllocationMonth, LabourCostFloor
from accounts.rules.requirement import requirement_of_month
from accounts.selectors.months import requirement_of
from tests.cast import build_cast
from tests.factories.accounts import credit, general_contract, month, started_project

OCTOBER = datetime.date(2026, 10, 1)


def required(**facts):
    known = {
        "completed_value": None,
        "contract_amount": None,
        "wages_due": None,
        "nil_statement": False,
        "floor": None,
        "contract_ratio": None,
    }
    return requirement_of_month(**(known | facts)).amount


def test_building_takes_thirty_percent_of_completed_value():
    assert required(completed_value=Decimal("1000000"), floor=Decimal("0.3")) == Decimal("300000.00")


def test_the_larger_of_floor_and_contract_ratio_applies():
    facts = {"completed_value": Decimal("1000000"), "floor": Decimal("0.15")}
    assert required(**facts, contract_ratio=Decimal("0.22")) == Decimal("220000.00")
    assert required(**facts, contract_ratio=Decimal("0.10")) == Decimal("150000.00")


def test_a_type_without_floor_has_no_default_ratio():
    assert required(completed_value=Decimal("1000000")) is None
    assert required(completed_value=Decimal("1000000"), contract_ratio=Decimal("0.12")) == Decimal("120000.00")


def test_nothing_known_is_unknown_and_not_zero():
    assert required(floor=Decimal("0.3")) is None
    assert required(floor=Decimal("0.3"), wages_due=Decimal("5000")) is None


def test_a_nil_month_still_owes_the_wages_that_the_account_cannot_cover():
    assert required(nil_statement=True) == Decimal("0.00")
    assert required(nil_statement=True, wages_due=Decimal("86000.50")) == Decimal("86000.50")


def test_rounding_is_half_up_once_after_multiplying():
    assert required(completed_value=Decimal("0.05"), floor=Decimal("0.3")) == Decimal("0.02")
    assert required(completed_value=Decimal("100.03"), floor=Decimal("0.15")) == Decimal("15.00")


money = st.none() | st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2)
ratio = st.none() | st.decimals(min_value=0, max_value=1, places=4)


class TheViewSaysWhatTheRuleSays(TestCase):
    """One arithmetic, told twice."""

    def setUp(self):
        self.cast = build_cast()
        self.project = started_project("P-VIEW", type_code="other")
        self.contract = general_contract(self.project, employer=self.cast.developer, contractor=self.cast.contractor)
        self.period = month(self.project, OCTOBER)

    @settings(max_examples=60, deadline=None)
    @given(
        completed_value=money,
        contract_amount=money,
        monthly_amount=money,
        wages_due=money,
        nil=st.booleans(),
        floor=ratio,
        contract_ratio=ratio,
        credits=st.lists(
            st.tuples(
                st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999"), places=2),
                st.integers(0, 60),
            ),
            max_size=4,
        ),
    )
    def test_for_any_facts(
        self, completed_value, contract_amount, monthly_amount, wages_due, nil, floor, contract_ratio, credits
    ):
        period, contract = self.period, self.contract
        period.completed_value, period.contract_amount, period.wages_due = completed_value, contract_amount, wages_due
        period.nil_statement_on = datetime.date(2026, 10, 28) if nil else None
        period.save()
        contract.labour_cost_ratio, contract.monthly_amount = contract_ratio, monthly_amount
        contract.save()
        LabourCostFloor.objects.filter(project_type=self.project.project_type).delete()
        if floor is not None:
            LabourCostFloor.objects.create(
                project_type=self.project.project_type,
                ratio=floor,
                in_force_from=datetime.date(2024, 1, 1),
                instrument="试验",
                article="一",
            )
        period.allocations.all().delete()
        for amount, days in credits:
            credit(period, amount, OCTOBER + datetime.timedelta(days=days))

        row = AllocationMonth.objects.get(pk=period.pk)
        expected = requirement_of(row)

        assert row.by_contract == (contract_amount if contract_amount is not None else monthly_amount)
        assert row.required == expected.amount
        assert row.by_value == expected.by_value
        assert row.credited == sum((amount for amount, _ in credits), Decimal(0))
        assert row.satisfied_on == self.day_reached(expected.amount, credits, period)

    @staticmethod
    def day_reached(needed, credits, period):
        """Brute force: add the credits by date until they reach what is needed."""
        if needed is None:
            return None
        if needed == 0:
            return period.nil_statement_on
        running = Decimal(0)
        for amount, days in sorted(credits, key=lambda row: row[1]):
            running += amount
            if running >= needed:
                return OCTOBER + datetime.timedelta(days=days)
        return None


@pytest.mark.django_db
def test_the_floor_in_force_when_the_month_opened_applies(cast):
    project = started_project()
    LabourCostFloor.objects.create(
        project_type=project.project_type,
        ratio=Decimal("0.35"),
        in_force_from=datetime.date(2026, 10, 1),
        instrument="试验",
        article="一",
    )
    september = month(project, datetime.date(2026, 9, 1), completed_value=Decimal("100000"))
    october = month(project, OCTOBER, completed_value=Decimal("100000"))
    assert AllocationMonth.objects.get(pk=september.pk).required == Decimal("30000.00")
    assert AllocationMonth.objects.get(pk=october.pk).required == Decimal("35000.00")
