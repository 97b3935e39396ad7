"""`/notices/`: my units' notices by date, unread until seen."""

import datetime

import pytest

from escalation.models import Decision
from escalation.templatetags.deadlines import decision_term
from tests.cast import GANZHOU
from tests.factories.escalation_pages import days, notice


def test_a_unit_reads_its_own_notices_and_no_others(city, client):
    client.force_login(city.officer("zjj", GANZHOU))
    assert client.get("/notices/").context["total"] == 1
    client.force_login(city.officer("jtj", GANZHOU))
    assert client.get("/notices/").context["total"] == 0


def test_a_supervisor_of_the_area_is_not_flooded_with_other_units_notices(city, client):
    client.force_login(city.users["county_supervisor"])
    assert client.get("/notices/").context["total"] == 0


def test_unread_until_marked_then_only_what_comes_after(city, client, settings):
    officer = city.officer("zjj", GANZHOU)
    client.force_login(officer)
    assert client.get("/notices/").context["unread"] == 2, "a notice and a decision"
    assert "未读" in client.get("/").content.decode()
    assert client.post("/notices/").status_code == 302
    assert client.get("/notices/").context["unread"] == 0
    row = city.unit("zjj", GANZHOU)
    earlier = row.pk and client.get("/notices/").context["days"][0][1][0]["notice"]
    notice(earlier.deadline, row, level=3, created_on=days(1))
    assert client.get("/notices/").context["unread"] == 1


def test_a_decision_on_what_my_unit_owes_stands_beside(city, client):
    client.force_login(city.officer("zjj", GANZHOU))
    decisions = client.get("/notices/").context["decisions"]
    assert [line["decision"].kind for line in decisions] == ["supervision_order"]


def test_the_bell_and_the_page_tell_the_same_number(city, client):
    client.force_login(city.officer("zjj", GANZHOU))
    reply = client.get("/notices/")
    assert reply.context["decided_total"] == 1
    assert reply.context["unread"] == int(f"{reply.context['unread_notices']}") == 2, "a notice and a decision"
    assert "通知 1 条，决定与督办 1 项；<b>共 2 条未读</b>" in reply.content.decode()
    client.post("/notices/")
    reply = client.get("/notices/")
    assert reply.context["unread"] == int(f"{reply.context['unread_notices']}") == 0


@pytest.mark.parametrize(
    ("kind", "words"),
    [("supervision_order", "限 2026-12-05 前办结"), ("extension", "延至 2026-12-05"), ("interview", "2026-12-05 约谈")],
)
def test_the_date_of_a_decision_says_what_it_is(kind, words):
    assert decision_term(Decision(kind=kind, effective_on=datetime.date(2026, 12, 5))) == words
    assert decision_term(Decision(kind=kind)) == ""
