"""The attendance page: sites whose people have no day on record are told, and device rows stand under one line."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import AttendanceDay
from payroll.selectors.missing_attendance import projects_without_attendance
from tests.factories.payroll import site
from tests.factories.people import attended, on_roster, worker

pytestmark = pytest.mark.django_db
PAGE = "/payroll/attendance/"
MARCH, OCTOBER = datetime.date(2026, 3, 1), datetime.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def project(cast):
    return site(cast)


def shown(client, user, **asked) -> str:
    client.force_login(user)
    return client.get(PAGE, asked).content.decode()


def test_a_site_with_people_and_no_day_of_last_month_is_told_until_it_has_one(cast, client, project):
    heading = "2026-10 没有考勤的项目"
    assert heading not in shown(client, cast.labour_officer), "nobody is on the roster"
    on_roster(project, worker(1), cast.subcontractor, entered_on=MARCH)
    on_roster(project, worker(2), cast.contractor, entered_on=MARCH, left_on=datetime.date(2026, 10, 1))
    on_roster(project, worker(3), cast.contractor, entered_on=datetime.date(2026, 11, 1))
    page = shown(client, cast.labour_officer)
    assert heading in page
    assert "2 人在场" in page
    assert f"/payroll/attendance/upload/?project={project.code}&amp;month=2026-10" in page
    assert heading not in shown(client, cast.labour_officer, q="没有这个项目")
    assert "2026-11 没有考勤的项目" not in shown(client, cast.labour_officer, month="2026-11"), "it isn't over"
    assert heading not in shown(client, cast.other_labour_officer), "not his site"
    attended(project, worker(1), [OCTOBER], subcontractor=cast.subcontractor)
    assert heading not in shown(client, cast.labour_officer)
    assert "2026-09 没有考勤的项目" in shown(client, cast.labour_officer, month="2026-09")


def test_whoever_left_before_and_who_is_known_from_pay_alone_asks_for_no_attendance(cast, project):
    on_roster(project, worker(1), cast.contractor, entered_on=MARCH, left_on=datetime.date(2026, 9, 30))
    on_roster(project, worker(2), cast.contractor)
    assert not projects_without_attendance(cast.scope(cast.labour_officer), OCTOBER).exists()


def test_who_supervises_sees_the_sites_and_no_button(cast, client, project):
    on_roster(project, worker(1), cast.subcontractor, entered_on=MARCH)
    page = shown(client, cast.supervisor)
    assert "没有考勤的项目" in page
    assert "上传考勤表" not in page


def test_more_sites_cost_no_more_questions(cast, client, project):
    on_roster(project, worker(1), cast.contractor, entered_on=MARCH)
    shown(client, cast.labour_officer)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for n in range(2, 12):
        on_roster(site(cast, f"ZY-2026-1{n:02d}"), worker(n), cast.contractor, entered_on=MARCH)
    with CaptureQueriesContext(connection) as many:
        page = client.get(PAGE).content.decode()
    assert len(many) <= len(one) + 1
    assert "另有 3 个项目未列出" in page
    assert "另有 3 个" not in client.get(PAGE, {"missing": "all"}).content.decode()


def test_device_rows_stand_under_one_line_that_offers_uploading_to_whoever_may(cast, client, project):
    attended(project, worker(1), [OCTOBER], subcontractor=cast.subcontractor)
    AttendanceDay.objects.update(source="api")
    page = shown(client, cast.labour_officer)
    assert '<p class="muted">没有上传的考勤表，出勤由现场考勤设备经接口报送' in page
    assert "wp-empty" not in page
    assert "设备没有覆盖的班组，可以" in page
    assert "设备没有覆盖的班组" not in shown(client, cast.supervisor)
    assert "wp-empty" not in shown(client, cast.supervisor, month="2026-10")
