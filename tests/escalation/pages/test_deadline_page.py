"""`/deadlines/<pk>/`: what, who, by when, why; what may be done; a hint while the engine still works."""

import pytest

from escalation.models import Deadline, Decision
from responsibilities.models import Touched
from responsibilities.selectors.clock import now
from tests.cast import GANZHOU, LINZE
from tests.factories.escalation_pages import days


@pytest.fixture
def late(city):
    return Deadline.objects.get(area__code=GANZHOU, due_on=days(-13))


def test_the_owing_unit_sees_what_to_do_and_where(late, city, client):
    client.force_login(city.labour_officer)
    page = client.get(f"/deadlines/{late.pk}/").content.decode()
    assert "逾期 13 天" in page
    assert f"/projects/P-{GANZHOU}/enrolment/" in page


def test_who_only_supervises_gets_no_settling_button_but_decisions(late, city, client):
    client.force_login(city.users["county_supervisor"])
    page = client.get(f"/deadlines/{late.pk}/").content.decode()
    assert f"/projects/P-{GANZHOU}/enrolment/" not in page
    assert f"/escalations/{late.escalation.pk}/decide/supervision_order/" in page


def test_a_leader_sees_it_without_any_button(late, city, client):
    client.force_login(city.leader)
    assert "/decide/" not in client.get(f"/deadlines/{late.pk}/").content.decode()


def test_out_of_scope_it_does_not_exist(late, city, client):
    client.force_login(city.officer("zjj", LINZE))
    assert client.get(f"/deadlines/{late.pk}/").status_code == 404
    assert client.get("/deadlines/999999/").status_code == 404


def test_while_facts_wait_for_the_engine_the_page_says_so_and_reloads_after(late, city, client):
    client.force_login(city.labour_officer)
    Touched.objects.all().delete()
    assert "正在重新计算" not in client.get(f"/deadlines/{late.pk}/").content.decode()
    touched = Touched.objects.create(project_id=late.project_id)
    address = f"/deadlines/{late.pk}/?part=pending"
    assert "正在重新计算" in client.get(address).content.decode()
    touched.delete()
    assert client.get(address)["HX-Refresh"] == "true"


def test_it_says_why(late, city, client):
    client.force_login(city.labour_officer)
    page = client.get(f"/deadlines/{late.pk}/").content.decode()
    assert "为什么" in page
    assert "《意见》二（三）二" in page


def test_a_case_stands_where_the_latest_word_left_it(late, city, client):
    client.force_login(city.supervisor)
    page = client.get(f"/deadlines/{late.pk}/").content.decode()
    assert "由监管员决定" in page
    assert '提请督办<span class="wp-rung__here">当前</span>' in page
    Decision.objects.create(
        deadline=late,
        kind=Decision.Kind.SUPERVISION_ORDER,
        status=Decision.Status.IN_FORCE,
        reason="限期补办。",
        effective_on=days(7),
        decided_at=now(),
        decided_on=days(0),
        decided_by=city.supervisor,
    )
    page = client.get(f"/deadlines/{late.pk}/").content.decode()
    assert '督办、约谈、通报<span class="wp-rung__here">当前</span>' in page
    assert page.count('class="wp-rung__here"') == 1
