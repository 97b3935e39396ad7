"""Months without a payroll, also those before the last one: told on the list, on the site's page and beside sums."""

import datetime

import pytest

from payroll.selectors.month_gaps import LOOKED_BACK, gaps_before, months_without_payroll
from payroll.services.submissions import batch_submit
from projects.models import Project
from responsibilities.selectors.clock import today
from responsibilities.selectors.scope import scope_of
from responsibilities.services.trail import Actor
from tests.factories.payroll import draft, person, site

pytestmark = pytest.mark.django_db


def paid(project, month: int, year: int = 2026):
    batch = draft(project, [person(1)], month_on=datetime.date(year, month, 1))
    return batch_submit(batch_id=batch.pk, actor=Actor.system("test"))


@pytest.fixture(autouse=True)
def late_november(settings):
    settings.PORTAL_TODAY = "2026-11-28"


def lacking(cast, **asked):
    return months_without_payroll(scope_of(cast.supervisor), today=today(), **asked)


def test_a_month_left_out_between_two_sheets_is_told_everywhere(cast, project, enter):
    for month in (7, 8, 10):
        paid(project, month)
    assert lacking(cast) == {project.code: [datetime.date(2026, 9, 1)]}
    assert gaps_before(scope_of(cast.supervisor), today=today()) == [(datetime.date(2026, 9, 1), 1)]
    client = enter(cast.supervisor)
    listed = client.get("/payroll/").content.decode()
    assert "更早的月份还没有交齐" in listed
    assert "2026-09（1 个项目）" in listed
    assert "2026-09 的工资表也没有交齐" in client.get(f"/projects/{project.code}/?tab=payroll").content.decode()
    sums = client.get("/payroll/reconciliation/").content.decode()
    assert "没有提交的工资表不在应发之内" in sums
    assert "2026-09 的工资表没有交齐" in sums
    paid(project, 9)
    assert lacking(cast) == {}
    assert "更早的月份" not in client.get("/payroll/").content.decode()
    assert "没有提交的工资表" not in client.get("/payroll/reconciliation/").content.decode()


def test_what_was_before_the_first_sheet_is_not_asked_for_but_last_month_is(cast, project):
    assert lacking(cast) == {project.code: [datetime.date(2026, 10, 1)]}
    paid(project, 10)
    assert lacking(cast) == {}


def test_only_the_months_that_were_asked_for_and_at_most_half_a_year(cast):
    project = site(cast)
    Project.objects.update(actual_start_on=datetime.date(2026, 1, 5))
    paid(project, 1)
    months = lacking(cast)[project.code]
    assert len(months) == LOOKED_BACK
    assert months[0] == datetime.date(2026, 5, 1)
    asked = lacking(cast, first_on=datetime.date(2026, 8, 1), last_on=datetime.date(2026, 9, 1))
    assert asked[project.code] == [datetime.date(2026, 8, 1), datetime.date(2026, 9, 1)]
    assert lacking(cast, first_on=datetime.date(2026, 11, 1), last_on=datetime.date(2026, 12, 1)) == {}, (
        "this month isn't over"
    )


def test_of_one_site_only_its_own(cast, project):
    other = site(cast, "ZY-2026-011")
    for month in (8, 10):
        paid(other, month)
    assert set(lacking(cast)) == {project.code, other.code}
    assert set(lacking(cast, project=other)) == {other.code}


def test_sums_that_agree_are_not_called_settled_while_a_sheet_is_missing(cast, project, enter):
    paid(project, 8)
    client = enter(cast.supervisor)
    address = "/payroll/reconciliation/?first=2026-09&last=2026-10"
    assert "已结清" not in client.get(address).content.decode()
    assert "有工资表没有提交" in client.get(address).content.decode()
