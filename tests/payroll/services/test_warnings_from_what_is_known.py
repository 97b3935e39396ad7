"""Warnings that need the database: roster, cards, other sites, minimum wage. Silent where nothing is known."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import MinimumWage, PayrollRemark
from payroll.services.people import People
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, draft, person, site

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime.date(2026, 9, 1)


@pytest.fixture
def project(cast):
    return site(cast)


def submitted(project, rows, **facts):
    return batch_submit(batch_id=draft(project, rows, **facts).pk, actor=Actor.system("test"))


def warnings(batch):
    return list(PayrollRemark.objects.filter(batch=batch, severity="warning").values_list("row", "code"))


def test_the_first_month_knows_nobody_and_says_nothing(project):
    assert warnings(draft(project, [person(1)])) == []


def test_who_is_not_on_the_roster_is_said(project):
    submitted(project, [person(1)], month_on=SEPTEMBER)
    assert warnings(draft(project, [person(1), person(2)])) == [(4, "unknown_worker")]


def test_another_name_for_a_known_number_is_said(cast, project):
    submitted(project, [person(1)], month_on=SEPTEMBER)
    assert warnings(draft(project, [person(1, name="王小二")])) == [(3, "name_differs")]
    elsewhere = site(cast, "ZY-2026-011")
    batch = draft(elsewhere, [person(1, name="王小二")])
    assert warnings(batch) == [(3, "name_differs")]
    message = PayrollRemark.objects.get(batch=batch).message
    assert person(1)["name"] not in message


def test_another_card_than_last_time_is_said(project):
    submitted(project, [person(1)], month_on=SEPTEMBER)
    assert warnings(draft(project, [person(1, bank_card=card_number(99))])) == [(3, "card_differs")]


def test_a_card_of_another_worker_is_said_once_it_was_paid_to(project):
    mistyped = draft(project, [person(7)], month_on=SEPTEMBER)
    assert warnings(draft(project, [person(1, bank_card=card_number(7))])) == []
    batch_submit(batch_id=mistyped.pk, actor=Actor.system("test"))
    found = warnings(draft(project, [person(7), person(2, bank_card=card_number(7), remark="x")]))
    assert (4, "shared_card") in found


def test_more_days_on_two_sites_than_the_month_has_are_said(cast, project):
    elsewhere = site(cast, "ZY-2026-011")
    submitted(elsewhere, [person(1), person(2, days=Decimal(4), gross=None, deductions=None, advance=None)])
    found = warnings(draft(project, [person(1), person(2)]))
    assert found == [(3, "same_day_other_site")]


def test_pay_below_the_minimum_wage_is_said_only_where_the_table_is_filled(project):
    row = person(1, gross=Decimal(1000), net_pay=Decimal(400))
    assert warnings(draft(project, [row])) == []
    MinimumWage.objects.create(
        area=project.area, monthly=Decimal(2020), in_force_from=datetime.date(2026, 1, 1), instrument="测试"
    )
    assert warnings(draft(project, [row], name="again.xlsx", month_on=SEPTEMBER)) == [
        (3, "below_minimum_wage"),
        (None, "other_month"),  # the sheet is called 10月工资
    ]


def test_a_number_behind_its_label_is_asked_for_once(project, monkeypatch):
    """What is announced is the number that the checks will ask for: nobody is looked up twice."""
    submitted(project, [person(1), person(2)], month_on=SEPTEMBER)
    again = []
    monkeypatch.setattr(People, "_ask_also", lambda self, asked: again.append(asked))
    labelled = [
        person(1, id_number=f"身份证：{person(1)['id_number']}", bank_card=f"农行 {card_number(1)}"),
        person(2, id_number=f"{person(2)['id_number']}（本人）"),
    ]
    batch = draft(project, labelled)
    assert again == []
    assert warnings(batch) == []
    assert batch.accepted == 2
