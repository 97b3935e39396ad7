"""One worker on two sites on one day: listed for whom it concerns, with both days; nothing of sites out of sight but
that they are.
"""

import datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import AttendanceDay
from payroll.selectors.same_days import counts_of, same_day_rows, search_same_days, with_sites, worker_days
from projects.models import ProjectParty
from responsibilities.models import AuditEvent
from tests.cast import LINZE
from tests.factories.accounts import started_project
from tests.factories.payroll import id_number, person, site
from tests.factories.people import attended, on_roster, worker

pytestmark = pytest.mark.django_db
ADDRESS = "/payroll/attendance/same-days/?month=2026-10"
OCTOBER = datetime.date(2026, 10, 1)


def day(number, month=10):
    return datetime.date(2026, month, number)


@pytest.fixture
def places(cast):
    """Two sites in 甘州区 of two contractors, one in 临泽县."""
    part = ProjectParty.Part
    other = started_project(
        "ZY-2026-020",
        parties=[(part.GENERAL_CONTRACTOR, cast.other_contractor), (part.HUMAN_RESOURCES, cast.unit("rsj", "620702"))],
    )
    far = started_project("LZ-2026-001", area=cast.area(LINZE), parties=[(part.GENERAL_CONTRACTOR, cast.contractor)])
    first = site(cast)
    for project in (first, other, far):
        for n in (1, 2, 3):
            on_roster(project, worker(n), cast.contractor, entered_on=day(1, 9))
    return first, other, far


@pytest.fixture
def overlaps(cast, places):
    """Person 1: two days on two sites of the county. Person 2: half and half. Person 3: across the county's border."""
    here, other, far = places
    attended(here, worker(1), [day(5), day(6), day(7)], subcontractor=cast.subcontractor)
    attended(other, worker(1), [day(6), day(7)])
    attended(here, worker(2), [day(8)], worth="0.5")
    attended(other, worker(2), [day(8)], worth="0.5")
    attended(here, worker(3), [day(9)])
    attended(far, worker(3), [day(9), day(10)])
    attended(here, worker(1), [day(1, 9)])
    attended(far, worker(1), [day(1, 9)])


def listed(cast, user, month_on=OCTOBER, **filters):
    scope = cast.scope(user)
    rows = worker_days(search_same_days(same_day_rows(scope, month_on), **filters))
    return [
        (one.id_last4, one.on.day, {day.project.code for day in one.seen}, one.hidden)
        for one in with_sites(scope, rows)
    ]


def last4(n):
    return id_number(n)[-4:]


def test_the_city_sees_every_day_with_both_sites(cast, overlaps):
    assert listed(cast, cast.supervisor) == [
        (last4(1), 6, {"ZY-2026-010", "ZY-2026-020"}, 0),
        (last4(1), 7, {"ZY-2026-010", "ZY-2026-020"}, 0),
        (last4(2), 8, {"ZY-2026-010", "ZY-2026-020"}, 0),
        (last4(3), 9, {"ZY-2026-010", "LZ-2026-001"}, 0),
    ]
    assert listed(cast, cast.supervisor, day(1, 9)) == [(last4(1), 1, {"ZY-2026-010", "LZ-2026-001"}, 0)]
    assert listed(cast, cast.supervisor, day(1, 8)) == []


def test_a_county_and_a_contractor_see_that_there_is_another_site_but_not_which(cast, overlaps):
    assert listed(cast, cast.county_supervisor)[-1] == (last4(3), 9, {"ZY-2026-010"}, 1)
    assert listed(cast, cast.labour_officer) == [
        (last4(1), 6, {"ZY-2026-010"}, 1),
        (last4(1), 7, {"ZY-2026-010"}, 1),
        (last4(2), 8, {"ZY-2026-010"}, 1),
        (last4(3), 9, {"ZY-2026-010", "LZ-2026-001"}, 0),
    ]
    assert listed(cast, cast.subcontractor_clerk) == [
        (last4(1), 6, {"ZY-2026-010"}, 1),
        (last4(1), 7, {"ZY-2026-010"}, 1),
    ], "its own people alone"
    assert listed(cast, cast.stranger) == []


def test_filters_by_area_contractor_name_and_more_than_a_day(cast, overlaps):
    user = cast.supervisor
    assert [row[1] for row in listed(cast, user, area=LINZE)] == [9]
    assert [row[1] for row in listed(cast, user, contractor=cast.other_contractor.code)] == [6, 7, 8]
    assert [row[1] for row in listed(cast, user, text=person(2)["name"])] == [8]
    assert [row[1] for row in listed(cast, user, text=last4(1))] == [6, 7]
    assert [row[1] for row in listed(cast, user, over=True)] == [6, 7, 9], "half and half is one day"
    assert counts_of(same_day_rows(cast.scope(user), OCTOBER)) == {"people": 3, "days": 4, "over": 3}


def test_clock_times_that_meet_are_told_apart_from_a_change_of_site(cast, places):
    here, other, _far = places
    for project, first, last in ((here, 7, 12), (other, 11, 18)):
        attended(project, worker(1), [day(6)], worth="0.5")
        AttendanceDay.objects.filter(project=project, on=day(6)).update(
            came_at=datetime.time(first), left_at=datetime.time(last)
        )
    scope = cast.scope(cast.supervisor)
    (one,) = with_sites(scope, worker_days(same_day_rows(scope, OCTOBER)))
    assert (one.meet, one.over, one.total) == (True, False, Decimal(1))
    AttendanceDay.objects.filter(project=other).update(came_at=datetime.time(13))
    (one,) = with_sites(scope, worker_days(same_day_rows(scope, OCTOBER)))
    assert not one.meet


def test_the_page_masks_numbers_and_leads_to_the_worker_and_both_days(client, cast, overlaps):
    client.force_login(cast.supervisor)
    shown = client.get(ADDRESS).content.decode()
    assert f"/payroll/workers/{worker(1).pk}/?tab=attendance" in shown
    assert "/payroll/attendance/ZY-2026-010/2026-10/?q=" in shown
    assert "/payroll/attendance/ZY-2026-020/2026-10/?q=" in shown
    assert id_number(1) not in shown
    assert last4(1) in shown
    assert "合计超过一天" in shown
    assert shown.count('role="row" class="u-') == 4
    only = client.get(f"{ADDRESS}&only=over&area={LINZE}").content.decode()
    assert only.count('role="row" class="u-') == 1
    assert "没有符合条件的记录" in client.get(f"{ADDRESS}&q=没有这人").content.decode()
    assert "没有同日两处出勤" in client.get(ADDRESS.replace("10", "08")).content.decode()
    assert "月份写法不对" in client.get("/payroll/attendance/same-days/?month=x").content.decode()


def test_a_site_out_of_sight_is_not_named_on_the_page_or_in_the_export(client, cast, overlaps, places):
    client.force_login(cast.county_supervisor)
    for address in (ADDRESS, f"{ADDRESS}&export=xlsx"):
        answer = client.get(address)
        text = (
            "".join(str(cell) for row in _rows(answer) for cell in row)
            if "xlsx" in address
            else answer.content.decode()
        )
        assert "可查看的范围以外" in text
        assert places[2].name not in text
        assert places[2].code not in text


def test_the_export_has_a_line_a_site_and_is_in_the_trail(client, cast, overlaps):
    client.force_login(cast.supervisor)
    rows = _rows(client.get(f"{ADDRESS}&export=xlsx"))
    assert len(rows) == 1 + 8
    assert rows[1][:4] == (person(1)["name"], last4(1), "2026-10-06", "甘州区")
    assert not any(id_number(n) in str(row) for row in rows for n in (1, 2, 3))
    assert AuditEvent.objects.get(action="attendance.export_same_days").changes["rows"] == ["", "4"]


def test_a_page_of_many_costs_no_more_queries_than_a_page_of_few(client, cast, places):
    client.force_login(cast.supervisor)
    here, other, _far = places
    counted = []
    for n in (1, 40):
        for one in range(50, 50 + n):
            on_roster(here, worker(one), cast.contractor) if n > 1 else None
            attended(here, worker(one), [day(n % 28 + 1)])
            attended(other, worker(one), [day(n % 28 + 1)])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(ADDRESS)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def _rows(answer):
    return list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
