"""What contracts, stays and attendance tell the checks of a payroll; nothing recorded is told apart from "none"."""

import datetime
from decimal import Decimal

import pytest

from payroll.selectors.attendance_facts import (
    attendance_known_unscoped,
    attendance_of_month_unscoped,
    attended_elsewhere_unscoped,
)
from payroll.selectors.site_facts import Stay, contracts_known_unscoped, stays_unscoped, under_contract_unscoped
from tests.factories.payroll import site
from tests.factories.people import attended, labour_contract, on_roster, worker

pytestmark = pytest.mark.django_db
OCTOBER = datetime.date(2026, 10, 1)


def day(number, month=10):
    return datetime.date(2026, month, number)


@pytest.fixture
def project(cast):
    return site(cast)


def test_days_of_the_month_are_added_up_and_other_months_left_out(cast, project):
    one, other = worker(1), worker(2)
    attended(project, one, [day(1), day(31), day(30, 9), day(1, 11)], hours=Decimal("8.5"))
    attended(project, one, [day(2)], worth="0.5")
    found = attendance_of_month_unscoped(project.pk, OCTOBER, [one.pk, other.pk])
    assert set(found) == {one.pk}
    facts = found[one.pk]
    assert (facts.days, facts.hours, facts.first_on, facts.last_on) == (
        Decimal("2.50"), Decimal("17.00"), day(1), day(31),
    )  # fmt: skip
    assert attendance_of_month_unscoped(project.pk, OCTOBER) == found
    assert attendance_of_month_unscoped(project.pk, OCTOBER, []) == {}


def test_attendance_is_known_per_employer(cast, project):
    attended(project, worker(1), [day(5)], subcontractor=cast.subcontractor)
    known = [
        attendance_known_unscoped(project.pk, OCTOBER, subcontractor_id=cast.subcontractor.pk),
        attendance_known_unscoped(project.pk, OCTOBER),
        attendance_known_unscoped(project.pk, OCTOBER, anybody=True),
        attendance_known_unscoped(project.pk, datetime.date(2026, 9, 1), anybody=True),
    ]
    assert known == [True, False, True, False]


def test_the_same_day_on_two_sites_is_found_and_neighbouring_days_are_not(cast, project):
    elsewhere, one, other = site(cast, "ZY-2026-011"), worker(1), worker(2)
    attended(project, one, [day(3), day(4)])
    attended(elsewhere, one, [day(4), day(5)])
    attended(project, other, [day(3)])
    found = attended_elsewhere_unscoped(project.pk, OCTOBER, [one.pk, other.pk])
    assert found == {one.pk: [day(4)]}
    assert attended_elsewhere_unscoped(project.pk, OCTOBER, []) == {}


def test_stays_are_told_oldest_first_and_unknown_ones_not_at_all(cast, project):
    back, unknown = worker(1), worker(2)
    entry = on_roster(project, back, cast.subcontractor, entered_on=day(1, 9), left_on=day(20, 9))
    entry.stays.create(entered_on=day(10))
    on_roster(project, unknown, cast.subcontractor)
    assert stays_unscoped(project.pk) == {back.pk: [Stay(day(1, 9), day(20, 9)), Stay(day(10), None)]}
    assert stays_unscoped(project.pk, [unknown.pk]) == {}
    assert Stay(day(1, 9), day(20, 9)).covers(day(20, 9), day(30, 9))
    assert not Stay(day(1, 9), day(20, 9)).covers(day(21, 9), day(30, 9))
    assert Stay(day(10), None).covers(OCTOBER, day(31))


def test_a_contract_is_in_force_until_its_end_or_its_termination(cast, project):
    people = [worker(n) for n in range(1, 6)]
    assert not contracts_known_unscoped(project.pk)
    labour_contract(project, people[0], cast.subcontractor, day(1, 9))
    labour_contract(project, people[1], cast.subcontractor, day(1, 9), ends_on=day(1))
    labour_contract(project, people[2], cast.subcontractor, day(1, 9), ends_on=day(30, 9))
    labour_contract(project, people[3], cast.subcontractor, day(1, 9), ended_on=day(29, 9))
    labour_contract(project, people[4], cast.subcontractor, day(1, 11))
    assert contracts_known_unscoped(project.pk)
    assert under_contract_unscoped(project.pk, OCTOBER, day(31)) == {people[0].pk, people[1].pk}
    assert under_contract_unscoped(project.pk, OCTOBER, day(31), [people[1].pk, people[2].pk]) == {people[1].pk}
    assert under_contract_unscoped(project.pk, OCTOBER, day(31), []) == set()
