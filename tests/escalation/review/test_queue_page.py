"""The review desk in the browser's words: queue, evidence, form, effects, next case."""

import pytest

from escalation.models import Decision, Escalation
from tests.cast import GANZHOU, LINZE
from tests.escalation.dashboards.conftest import city, pinned
from tests.factories.escalation_pages import days

__all__ = ["city", "pinned"]


@pytest.fixture
def late(city):
    return Escalation.objects.get(deadline__area__code=GANZHOU, status="pending")


def decide_url(case, kind):
    return f"/escalations/{case.pk}/decide/{kind}/"


def test_the_longest_overdue_case_is_on_top_and_open(city, client):
    client.force_login(city.supervisor)
    context = client.get("/escalations/").context
    assert [line["case"].deadline.due_on for line in context["cases"]] == [days(-14), days(-13), days(-12)]
    assert context["selected"] == context["cases"][0]["case"]


def test_a_county_sees_its_own_queue_only(city, late, client):
    client.force_login(city.users["county_supervisor"])
    assert [line["case"] for line in client.get("/escalations/").context["cases"]] == [late]
    client.force_login(city.users["other_county_supervisor"])
    assert client.get(f"/escalations/{late.pk}/").status_code == 404
    assert client.get(decide_url(late, "circular")).status_code == 404


@pytest.mark.parametrize("state", ["pending", "second", "supervised", "to_close", "done"])
def test_every_tab_counts_exactly_its_list(city, client, state):
    client.force_login(city.supervisor)
    response = client.get(f"/escalations/?state={state}")
    tab = next(tab for tab in response.context["states"] if tab["current"])
    assert tab["count"] == len(response.context["cases"]) == response.context["total"]


def test_every_band_counts_exactly_its_list(city, client):
    client.force_login(city.supervisor)
    bands = client.get("/escalations/").context["bands"]
    assert sum(line["count"] for line in bands) == 3
    for line in bands:
        assert len(client.get(f"/escalations/{line['url']}").context["cases"]) == line["count"]


def test_the_form_is_followed_by_the_effects_and_nothing_has_happened_yet(city, late, client):
    client.force_login(city.supervisor)
    data = {"version": 1, "effective_on": "2026-12-04", "reason": "多次催办仍未纳入。", "step": "preview"}
    page = client.post(decide_url(late, "supervision_order"), data).content.decode()
    assert "须在 2026-12-04 前办结" in page
    assert "通知" in page
    assert not Decision.objects.filter(deadline=late.deadline).exists()


def test_after_the_confirmation_the_next_case_comes_up(city, late, client):
    client.force_login(city.supervisor)
    first, second, third = [line["case"] for line in client.get("/escalations/").context["cases"]]
    data = {"version": 1, "effective_on": "2026-12-04", "reason": "多次催办仍未纳入。", "step": "confirm"}
    assert client.post(decide_url(second, "supervision_order"), data)["Location"] == f"/escalations/{third.pk}/"
    assert client.post(decide_url(third, "supervision_order"), data)["Location"] == f"/escalations/{first.pk}/"
    assert client.post(decide_url(first, "supervision_order"), data)["Location"] == "/escalations/"
    assert Escalation.objects.filter(status="pending").count() == 0


def test_the_filters_of_the_queue_survive_the_decision(city, late, client):
    client.force_login(city.supervisor)
    data = {"version": 1, "reason": "在全市通报。", "step": "confirm"}
    address = decide_url(late, "circular") + "?state=pending&band=serious"
    assert client.post(address, data)["Location"].endswith("?state=pending&band=serious")


def test_on_refusal_the_input_stays(city, late, client):
    client.force_login(city.supervisor)
    data = {"version": 1, "effective_on": "2026-12-04", "reason": "同意", "step": "preview"}
    response = client.post(decide_url(late, "supervision_order"), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "请写明理由" in page
    assert 'value="2026-12-04"' in page


def test_a_stale_form_is_told_and_nothing_is_written(city, late, client):
    Escalation.objects.filter(pk=late.pk).update(version=2)
    client.force_login(city.supervisor)
    data = {"version": 1, "reason": "在全市通报。", "step": "confirm"}
    response = client.post(decide_url(late, "circular"), data)
    assert response.status_code == 422
    assert "刚被他人修改" in response.content.decode()
    assert not Decision.objects.filter(deadline=late.deadline).exists()


def test_a_statutory_term_offers_no_form_but_the_article(city, late, client):
    client.force_login(city.supervisor)
    page = client.get(decide_url(late, "extension")).content.decode()
    assert "法定期限，不能延期" in page
    assert "看看会发生什么" not in page


def test_a_leader_reads_the_queue_but_decides_nothing(city, late, client):
    client.force_login(city.leader)
    assert client.get("/escalations/").status_code == 200
    assert client.get(decide_url(late, "circular")).status_code == 403


def test_a_unit_officer_has_no_queue(city, client):
    client.force_login(city.officer("zjj", GANZHOU))
    assert client.get("/escalations/").status_code == 403


def test_htmx_gets_the_case_alone(city, late, client):
    client.force_login(city.supervisor)
    part = client.get(f"/escalations/{late.pk}/", headers={"HX-Request": "true", "HX-Target": "case"})
    assert "<html" not in part.content.decode()
    assert "该项目其他逾期事项" in part.content.decode()


def test_a_waiver_goes_to_a_second_person_on_a_page_of_its_own(city, late, client):
    client.force_login(city.supervisor)
    client.post(decide_url(late, "waiver"), {"version": 1, "reason": "项目已经终止。", "step": "confirm"})
    decision = Decision.objects.get(deadline=late.deadline)
    own = client.get(f"/decisions/{decision.pk}/second/").content.decode()
    assert "您是决定人" in own
    client.force_login(city.second_supervisor)
    assert "不再计时" in client.get(f"/decisions/{decision.pk}/second/").content.decode()
    client.post(f"/decisions/{decision.pk}/second/", {"version": 1, "agree": "yes", "note": ""})
    decision.refresh_from_db()
    assert decision.status == "in_force"


def test_a_decision_is_revoked_on_a_page_that_says_what_follows(city, client):
    order = Decision.objects.get(deadline__area__code=GANZHOU)
    client.force_login(city.supervisor)
    assert "督办决定失效" in client.get(f"/decisions/{order.pk}/revoke/").content.decode()
    client.post(f"/decisions/{order.pk}/revoke/", {"version": 1, "reason": "重复督办，撤销。"})
    order.refresh_from_db()
    assert order.status == "revoked"


def test_the_owing_unit_signs_its_answer(city, client):
    order = Decision.objects.get(deadline__area__code=GANZHOU)
    unit = city.unit("zjj", GANZHOU)
    client.force_login(city.county_unit_head)
    assert "等待签署办理情况" in client.get("/").content.decode()
    answer = {"organization": unit.pk, "text": "已督促总包 11 月 30 日前完成纳入。"}
    assert client.post(f"/decisions/{order.pk}/respond/", answer).status_code == 302
    assert "等待签署办理情况" not in client.get("/").content.decode()


def test_another_unit_does_not_find_the_order(city, client):
    order = Decision.objects.get(deadline__area__code=GANZHOU)
    client.force_login(city.officer("zjj", LINZE))
    assert client.get(f"/decisions/{order.pk}/respond/").status_code == 404
    client.force_login(city.supervisor)
    assert client.get(f"/decisions/{order.pk}/respond/").status_code == 403
