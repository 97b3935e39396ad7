"""责任清单: each number beside a duty is the length of the list behind it."""

import datetime

import pytest
from django.test import Client

from escalation.catalogue.registry import RULES
from escalation.catalogue.sleeping import SLEEPING_TITLES
from escalation.selectors.bodies import live_counts
from escalation.selectors.days import Window
from escalation.selectors.lists import Criteria, deadlines
from projects.models import ProjectParty
from responsibilities.models import Duty
from tests.cast import GANZHOU, LINZE
from tests.factories.escalation_pages import TODAY, days, deadline
from tests.factories.projects import party, registered_project

MONTH = datetime.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def pinned(settings):
    settings.PORTAL_TODAY = TODAY.isoformat()


@pytest.fixture
def live(cast):
    """Deadlines of two areas: open and overdue, shared by units, one owed by a bureau that builds itself."""
    here = registered_project("P-1", area_code=GANZHOU)
    there = registered_project("P-2", area_code=LINZE)
    own = registered_project("P-3", area_code=GANZHOU)
    for project in (here, there):
        party(project, ProjectParty.Part.DEVELOPER, cast.developer)
    county = cast.unit("zjj", GANZHOU)
    party(own, ProjectParty.Part.DEVELOPER, county)
    for project, area in ((here, GANZHOU), (there, LINZE)):
        for due in (-5, -1, 0, 4):
            deadline(
                project=project,
                due_on=days(due),
                rule="labor_cost_allocation",
                period_on=MONTH,
                owes=[cast.developer],
                supervises=[cast.unit("rsj", area), cast.unit("zjj", area)],
            )
    deadline(
        project=here, due_on=days(-2), rule="approval_info_push", owes=[county], supervises=[cast.unit("rsj", GANZHOU)]
    )
    # 甘州区住建局 builds, and the city's bureau supervises it: one deadline, the body zjj twice among its parties.
    deadline(
        project=own,
        due_on=days(2),
        rule="labor_cost_allocation",
        period_on=MONTH,
        owes=[county],
        supervises=[cast.unit("zjj"), cast.unit("rsj", GANZHOU)],
    )
    deadline(project=here, due_on=days(-9), rule="platform_onboard", owes=[cast.contractor], status="met")


def page(user, **filters):
    client = Client()
    client.force_login(user)
    return client, client.get("/responsibilities/", filters)


def items(reply):
    return [item for block in reply.context["blocks"] for line in block.lines for item in line.items]


@pytest.mark.parametrize(
    "who", ["supervisor", "county_supervisor", "unit_head", "leader", "labour_officer", "developer_officer"]
)
@pytest.mark.parametrize("area", ["", GANZHOU, LINZE])
def test_each_number_is_the_length_of_its_list(cast, live, who, area):
    scope, window = cast.scope(cast.users[who]), Window.around(TODAY)
    counts = live_counts(scope, today=TODAY, area=area)
    bodies = {body for _, body in counts} | {"fgw", "developer", "zjj", "rsj"}
    for rule in RULES:
        for body in bodies:
            there = tuple(
                deadlines(scope, Criteria(rule=rule, body=body, area=area, status=status), window=window).count()
                for status in ("open", "overdue")
            )
            assert counts.get((rule, body), (0, 0)) == there, (rule, body)


def test_the_numbers_are_not_all_zero_and_a_shared_deadline_counts_once_for_a_body(cast, live):
    counts = live_counts(cast.scope(cast.supervisor), today=TODAY)
    assert counts["labor_cost_allocation", "rsj"] == (5, 4)
    assert counts["labor_cost_allocation", "zjj"] == (5, 4)
    assert counts["labor_cost_allocation", "developer"] == (5, 4)
    assert counts["approval_info_push", "zjj"] == (0, 1)
    assert ("platform_onboard", "zjj") not in counts


def test_the_links_open_lists_of_that_length(cast, live):
    client, reply = page(cast.supervisor)
    opened = 0
    for item in items(reply):
        for number, url in ((item.open, item.open_url), (item.overdue, item.overdue_url)):
            if number:
                opened += 1
                assert client.get(url).context["page"].paginator.count == number, url
    assert opened >= 6


def test_a_county_supervisor_counts_only_the_own_county(cast, live):
    counts = live_counts(cast.scope(cast.county_supervisor), today=TODAY)
    assert counts["labor_cost_allocation", "rsj"] == (3, 2)


def test_a_role_that_may_not_look_at_deadlines_counts_none(cast, live):
    assert live_counts(cast.scope(cast.administrator), today=TODAY) == {}
    _, reply = page(cast.administrator)
    assert reply.status_code == 200
    assert sum(item.open + item.overdue for item in items(reply)) == 0
    assert "进行中" not in reply.content.decode(), "a nought would read as: nothing is overdue"


def test_a_stranger_is_refused(cast):
    _, reply = page(cast.stranger)
    assert reply.status_code == 403


def test_all_rows_and_duties_stand_on_the_page_and_what_nothing_feeds_is_asleep(cast):
    _, reply = page(cast.leader)
    text = reply.content.decode()
    lines = {line.duty.pk: line for block in reply.context["blocks"] for line in block.lines}
    assert len(reply.context["blocks"]) == 21
    for duty in Duty.objects.all():
        assert duty.text in text
        assert lines[duty.pk].asleep == (not set(duty.rule_codes) & set(RULES))
    assert "未接入" in text
    assert lines[Duty.objects.get(row=9, ordinal=1).pk].asleep
    assert not lines[Duty.objects.get(row=21, ordinal=1).pk].asleep  # negative control


@pytest.mark.django_db
def test_every_rule_that_a_duty_bears_runs_or_has_words_for_its_sleep():
    codes = {code for codes in Duty.objects.values_list("rule_codes", flat=True) for code in codes}
    assert codes - set(RULES) - set(SLEEPING_TITLES) == set()


def test_the_units_of_an_area_are_named_with_the_citys_where_it_has_none(cast):
    _, reply = page(cast.leader, area="620799")
    text = reply.content.decode()
    assert "经开区规划建设局" in text
    assert "由市级单位承担" in text
    cells = {cell.body.code: cell for block in reply.context["blocks"] for cell in block.bodies}
    assert cells["fy"].unit.stands_in
    assert not cells["zjj"].unit.stands_in


def test_the_list_is_exported(cast, live):
    client, _ = page(cast.leader)
    assert client.get("/responsibilities/?export=1").content[:2] == b"PK"
    client, reply = page(cast.bank_clerk)
    assert "导出" not in reply.content.decode()
    assert client.get("/responsibilities/?export=1").status_code == 403


def test_the_page_takes_few_queries(cast, live, django_assert_max_num_queries):
    client, _ = page(cast.leader)
    with django_assert_max_num_queries(24):
        client.get("/responsibilities/")
