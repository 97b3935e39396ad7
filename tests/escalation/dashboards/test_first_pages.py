"""Each role opens the first page that it needs, for a steady number of queries."""

import pytest

from escalation.models import CalendarYear, Deadline
from projects.models import ProjectParty
from responsibilities.models import User
from responsibilities.services.people import user_create
from tests.cast import GANZHOU
from tests.factories.accounts import started_project
from tests.factories.escalation_pages import TODAY, days, deadline

# Session, user, grants, areas, units, calendar, types, subjects, parties, days left, orders, the one grouped
# count, the list, for the shell the switch and unread notices, whose turn it is with payrolls and with people, and how
# far the missing payrolls are.
MOST_QUERIES = 37  # one of them the telephone at the foot


@pytest.mark.parametrize("username", ["officer_zjj_620700", "unit_head", "supervisor", "labour_officer", "leader"])
def test_a_first_page_costs_the_same_queries_whatever_its_length(city, client, username, django_assert_max_num_queries):
    client.force_login(city.users[username])
    project = Deadline.objects.first().project
    for number in range(30):
        deadline(project=project, due_on=days(number - 15), owes=[city.unit("zjj"), city.contractor])
    client.get("/")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")


def test_the_officer_reads_first_how_much_is_overdue(city, client):
    client.force_login(city.officer("zjj", GANZHOU))
    assert "有 2 项已逾期" in client.get("/").content.decode()


def test_nothing_this_week_names_the_next_date(cast, pinned, client):
    officer = cast.officer("zjj", GANZHOU)
    deadline(due_on=days(30), owes=[cast.unit("zjj", GANZHOU)])
    client.force_login(officer)
    page = client.get("/").content.decode()
    assert "本周没有到期事项" in page
    assert f"{days(30):%Y-%m-%d}" in page


def test_nothing_at_all_is_said_too(cast, pinned, client):
    client.force_login(cast.officer("zjj", GANZHOU))
    page = client.get("/").content.decode()
    assert "本周没有到期事项" in page
    assert "目前没有需要您办理的时限事项" in page


def test_who_owes_nothing_but_supervises_something_is_not_told_that_all_is_well(cast, pinned, client):
    deadline(due_on=days(-3), owes=[cast.developer], supervises=[cast.unit("zjj", GANZHOU)])
    client.force_login(cast.officer("zjj", GANZHOU))
    page = client.get("/").content.decode()
    assert "本周没有到期事项" not in page
    assert "本单位没有待办的时限" in page
    assert "我单位监管：1 项，其中逾期 1 项" in page
    assert "我单位监管：1 项" not in client.get("/?side=supervises").content.decode()


def test_a_city_unit_sees_what_its_counties_supervise(cast, pinned, client):
    """Neither owed nor supervised by the city's own unit, but in its sight."""
    county = cast.unit("zjj", GANZHOU)
    project = started_project("P-1", name="项目", pinyin_initials="xm", area=cast.area(GANZHOU), type_code="building")
    ProjectParty.objects.create(project=project, part="industry_unit", organization=county)
    deadline(project=project, due_on=days(-3), owes=[cast.developer], supervises=[county])
    client.force_login(cast.officer("zjj"))
    (other,) = client.get("/").context["elsewhere"]
    assert (other["label"], other["total"], other["overdue"]) == ("管辖范围内全部", 1, 1)
    assert client.get(other["url"]).context["sums"]["total"] == 1


def test_the_supervisor_finds_the_queue_with_its_gravity(city, client):
    client.force_login(city.supervisor)
    entry = client.get("/").context["queue"]
    assert entry["pending"] == 3
    assert sum(count for _, count, _ in entry["bands"]) == 3
    for _, count, url in entry["bands"]:
        assert len(client.get(url).context["cases"]) == count


def test_a_head_of_the_city_sees_the_counties_of_the_system(city, client):
    client.force_login(city.unit_head)
    assert client.get("/").context["sums"] == {"total": 12, "overdue": 6}
    behind = client.get("/trend/").context["behind"]
    assert {line.slice.overdue for line in behind} == {2}


def test_a_contractor_may_upload_a_payroll_from_here(city, client):
    client.force_login(city.labour_officer)
    assert "/payroll/upload/" in client.get("/").content.decode()
    client.force_login(city.officer("zjj", GANZHOU))
    assert "/payroll/upload/" not in client.get("/").content.decode()


def test_the_leader_sees_seven_areas_in_words_and_colours(city, client):
    client.force_login(city.leader)
    areas = client.get("/").context["areas"]
    words = {line.title: line.urgency for line in areas}
    assert words["甘州"] == ("u-red", "逾期多")
    assert words["高台"] == ("u-grey", "无待办")
    assert len([line for line in areas if line.slice.code != "620700"]) == 7


def test_the_administrator_gets_users_calendar_and_health(cast, client):
    client.force_login(cast.administrator)
    page = client.get("/").content.decode()
    assert all(address in page for address in ("/users/", "/calendar/", "/running/", "/trail/"))


def test_the_administrator_reads_who_has_no_grant_and_which_calendar_is_a_guess(cast, client):
    client.force_login(cast.administrator)
    User.objects.filter(grants__isnull=True).update(is_active=False)
    CalendarYear.objects.update(status="official")
    assert "没有要办的事" in client.get("/").content.decode()
    user_create(username="lonely", name="新来的", actor=cast.actor(cast.administrator))
    CalendarYear.objects.filter(year=2027).update(status="provisional")
    page = client.get("/").content.decode()
    assert "1 名用户还没有授权" in page
    assert "2027 年工作日历还是暂定的" in page
    assert "2026 年工作日历还是暂定的" not in page
    listed = client.get("/users/?state=no_grant")
    assert "共 <strong>1</strong> 项" in listed.content.decode()
    assert "新来的" in listed.content.decode()


def test_the_trend_counts_by_week_what_the_rows_say(city, client):
    client.force_login(city.supervisor)
    weeks = {week.starts_on: week for week in client.get("/trend/").context["weeks"]}
    assert len(weeks) == 12
    this_week = weeks[TODAY]
    assert this_week.opened == 3
    assert sum(week.overdue for week in weeks.values()) == 6
    assert sum(week.settled for week in weeks.values()) == 3


def test_the_trend_is_a_page_of_its_own_and_a_part(city, client):
    client.force_login(city.supervisor)
    assert "<html" in client.get("/trend/").content.decode()
    part = client.get("/trend/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "<table" in part


def test_navigation_shows_only_what_the_role_may_open(city, client):
    client.force_login(city.subcontractor_clerk)
    addresses = {item["url"] for item in client.get("/").context["nav"]}
    assert "/payroll/" in addresses
    assert not addresses & {"/escalations/", "/users/", "/trail/", "/obstacles/"}
    assert all(client.get(address).status_code == 200 for address in addresses)
