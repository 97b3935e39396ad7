"""The trail as auditors and administrators read it, and the read-only admin window."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from responsibilities.models import AuditEvent, Organization
from responsibilities.rules.words import ACTION_WORDS
from responsibilities.services.trail import Actor, record_event
from tests.cast import GANZHOU


@pytest.fixture
def events(cast):
    record_event(actor=Actor(user=cast.supervisor), action="obstacle.create", target=cast.contractor, project_id=7)
    record_event(actor=Actor(user=cast.leader), action="user.sign_in", target=cast.leader, reason="值班")


def found(client, **criteria) -> list[str]:
    page = client.get("/trail/", criteria).context["page"]
    return [row.event.action for row in page if row.event.action in ("obstacle.create", "user.sign_in")]


def test_the_trail_is_narrowed_by_who_action_object_project_and_date(cast, events):
    client = Client()
    client.force_login(cast.auditor)
    assert found(client) == ["user.sign_in", "obstacle.create"]
    assert found(client, who="监管员甲") == ["obstacle.create"]
    assert found(client, action="user.sign_in") == ["user.sign_in"]
    assert found(client, target="祁连") == ["obstacle.create"]
    assert found(client, project="7") == ["obstacle.create"]
    assert found(client, date_to="2020-01-01") == []
    assert found(client, date_from="2020-01-01") == ["user.sign_in", "obstacle.create"]


def test_the_trail_speaks_chinese_and_can_be_exported(cast, events):
    client = Client()
    client.force_login(cast.administrator)
    text = client.get("/trail/").content.decode()
    assert "登记限制情形" in text
    assert "值班" in text
    assert client.get("/trail/", {"export": "1"}).content[:2] == b"PK"


def test_changes_name_the_fields_as_the_screens_do_and_leave_out_what_stayed_empty(cast):
    changes = {"since_on": ["", "2026-05-06"], "source": ["", ""], "reason": ["旧", "新"]}
    record_event(
        actor=Actor.system("x"), action="obstacle.create", object_type="responsibilities.obstacle", changes=changes
    )
    client = Client()
    client.force_login(cast.auditor)
    (row,) = client.get("/trail/", {"action": "obstacle.create"}).context["page"]
    assert set(row.changes) == {"自：2026-05-06", "事由：旧 → 新"}


def test_only_auditors_and_administrators_read_the_trail(cast):
    for person in (cast.supervisor, cast.leader, cast.unit_head, cast.labour_officer, cast.stranger):
        client = Client()
        client.force_login(person)
        assert client.get("/trail/").status_code == 403


def test_a_wrong_date_is_said_and_not_used(cast, events):
    client = Client()
    client.force_login(cast.auditor)
    reply = client.get("/trail/", {"date_from": "昨天"})
    assert reply.status_code == 200
    assert "筛选条件有误" in reply.content.decode()


def test_the_admin_window_shows_and_changes_nothing(cast):
    client = Client()
    client.force_login(cast.administrator)
    unit = cast.unit("zjj", GANZHOU)
    page = reverse("admin:responsibilities_organization_change", args=[unit.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "改"}).status_code == 403
    assert client.get(reverse("admin:responsibilities_organization_add")).status_code == 403
    assert client.post(reverse("admin:responsibilities_organization_delete", args=[unit.pk])).status_code == 403
    assert Organization.objects.get(pk=unit.pk).name == unit.name


def test_the_admin_window_shows_no_sealed_bytes_and_no_password(cast):
    client = Client()
    client.force_login(cast.administrator)
    user = client.get(reverse("admin:responsibilities_user_change", args=[cast.leader.pk])).content.decode()
    assert cast.leader.password not in user
    event = AuditEvent.objects.create(transaction=1, actor_name="x", action="x", object_type="x")
    assert client.get(reverse("admin:responsibilities_auditevent_change", args=[event.pk])).status_code == 200


def test_the_admin_window_names_its_tables_in_chinese_and_shows_what_changed_when(cast):
    client = Client()
    client.force_login(cast.administrator)
    page = client.get("/admin/").content.decode()
    names = re.findall(r'<th scope="row" id="[^"]+">\s*<a[^>]*>([^<]+)</a>', page)
    assert len(names) > 30
    assert [name for name in names if not re.search(r"[\u4e00-\u9fff]", name)] == []
    history = reverse("admin:responsibilities_organizationevent_changelist")
    listed = client.get(history).content.decode()
    assert "变更时间" in listed
    assert "新增" in listed
    assert "pgh" not in re.sub(r'(?:href|class|name|value|id)="[^"]*"', "", listed).lower()
    row = re.search(rf"{history}\d+/change/", listed).group()
    assert "变更时间" in client.get(row).content.decode()


def test_nobody_but_the_administrator_opens_the_admin_window(cast):
    for person in (cast.supervisor, cast.auditor, cast.labour_officer, cast.stranger):
        client = Client()
        client.force_login(person)
        # To the end of the redirects: who is signed in must not be sent round between the window and the login page.
        reply = client.get("/admin/responsibilities/organization/", follow=True)
        assert reply.status_code == 403
        assert "只给系统管理员看" in reply.content.decode()


def test_the_admin_window_sends_a_stranger_to_the_one_login_page(client):
    reply = client.get("/admin/", follow=True)
    assert reply.redirect_chain[-1][0].startswith("/login/")


def test_codes_of_acts_changes_states_and_the_system_are_shown_in_words(cast):
    record_event(
        actor=Actor.system("reconcile"),
        action="decision.take",
        object_type="escalation.decision",
        changes={"status": ["", "in_force"], "owed_by": ["", "620702-czj"]},
    )
    client = Client()
    client.force_login(cast.auditor)
    (row,) = client.get("/trail/", {"action": "decision.take"}).context["page"]
    assert (row.actor, row.action) == ("系统（时限核算）", "作出决定")
    assert row.changes == ["状态：生效", "责任单位：甘州区财政局"]


def test_every_act_that_the_code_records_has_words():
    root = Path(__file__).parents[2]
    rooms = ("responsibilities", "projects", "accounts", "payroll", "escalation")
    sources = [file.read_text() for room in rooms for file in (root / room).rglob("services/**/*.py")]
    codes = {code for text in sources for code in re.findall(r'action="([a-z_.]+)"', text)}
    codes |= {code for text in sources for code in re.findall(r'_record\([^"\n]*"([a-z_]+\.[a-z_]+)"', text)}
    assert len(codes) > 40
    assert codes - set(ACTION_WORDS) == set()
