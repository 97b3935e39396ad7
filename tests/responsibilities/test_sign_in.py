"""Signing in, first passwords, sessions and the lockout."""

import pytest
from axes.utils import reset
from django.test import Client
from django.urls import reverse

from responsibilities.models import AuditEvent, User
from responsibilities.rules.errors import Refused
from responsibilities.services import people
from responsibilities.services.trail import Actor
from tests.cast import PASSWORD

NEW = "Zhangye-wages-88"
ORGANIZATIONS = "/organizations/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_page_without_signing_in_leads_to_the_login_page(cast, client):
    reply = client.get(ORGANIZATIONS)
    assert reply.status_code == 302
    assert reply.url == f"/login/?next={ORGANIZATIONS}"


def test_the_right_password_signs_in_and_leaves_an_event(cast, client):
    reply = client.post("/login/", {"username": "supervisor", "password": PASSWORD, "next": ORGANIZATIONS})
    assert reply.status_code == 302
    assert reply.url == ORGANIZATIONS
    assert client.get(ORGANIZATIONS).status_code == 200
    assert AuditEvent.objects.filter(action="user.sign_in", actor=cast.supervisor).count() == 1


def test_a_wrong_password_and_an_unknown_account_say_the_same(cast, client):
    wrong = client.post("/login/", {"username": "supervisor", "password": "x"})
    unknown = client.post("/login/", {"username": "nobody-at-all", "password": "x"})
    assert wrong.status_code == unknown.status_code == 200
    said = [list(reply.context["form"].non_field_errors()) for reply in (wrong, unknown)]
    assert said[0] == said[1] != []


def test_a_disabled_person_cannot_sign_in_and_is_out_at_once(cast, client):
    inside = signed_in(cast.labour_officer)
    assert inside.get(ORGANIZATIONS).status_code == 200
    people.user_set_active(pk=cast.labour_officer.pk, active=False, actor=Actor(user=cast.administrator))
    assert inside.get(ORGANIZATIONS).status_code == 302
    client.post("/login/", {"username": "labour_officer", "password": PASSWORD})
    assert client.get(ORGANIZATIONS).status_code == 302


def test_five_wrong_passwords_pause_the_login_with_a_chinese_page(cast, client, settings):
    settings.AXES_ENABLED = True
    reset()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        reply = client.post("/login/", {"username": "supervisor", "password": "wrong"})
    assert reply.status_code == 429
    assert "登录已暂停" in reply.content.decode()
    # Negative control: the pause holds although the password is now right; another account is not paused.
    assert client.post("/login/", {"username": "supervisor", "password": PASSWORD}).status_code == 429
    assert client.post("/login/", {"username": "leader", "password": PASSWORD}).status_code == 302


def test_signing_out_takes_a_post(cast):
    client = signed_in(cast.leader)
    assert client.get("/logout/").status_code == 405
    assert client.get(ORGANIZATIONS).status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get(ORGANIZATIONS).status_code == 302


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(cast):
    here, elsewhere = signed_in(cast.leader), signed_in(cast.leader)
    reply = here.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW})
    assert reply.status_code == 302
    assert here.get(ORGANIZATIONS).status_code == 200
    assert elsewhere.get(ORGANIZATIONS).status_code == 302


def test_a_wrong_old_password_changes_nothing_and_is_said_at_its_field(cast):
    client = signed_in(cast.leader)
    reply = client.post("/password/", {"old_password": "no", "new_password": NEW, "repeated": NEW})
    assert reply.context["form"].errors["old_password"] == ["原密码不正确，请重新输入。"]
    assert User.objects.get(pk=cast.leader.pk).check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123"])
def test_a_weak_new_password_is_refused(cast, weak):
    with pytest.raises(Refused) as refusal:
        people.password_change(user=cast.leader, old=PASSWORD, new=weak, actor=Actor(user=cast.leader))
    assert refusal.value.code == "password_weak"


def test_the_administrator_ends_all_sessions_of_a_person(cast):
    theirs, other = signed_in(cast.supervisor), signed_in(cast.second_supervisor)
    admin = signed_in(cast.administrator)
    reply = admin.post(f"/users/{cast.supervisor.pk}/sessions/")
    assert reply.status_code == 302
    assert theirs.get(ORGANIZATIONS).status_code == 302
    assert other.get(ORGANIZATIONS).status_code == 200
    assert AuditEvent.objects.filter(action="user.sessions_end", object_id=str(cast.supervisor.pk)).exists()


def test_a_first_password_opens_only_the_page_where_it_is_changed(cast):
    password = people.password_reset(pk=cast.leader.pk, actor=Actor(user=cast.administrator))
    client = Client()
    client.post("/login/", {"username": "leader", "password": password})
    reply = client.get(ORGANIZATIONS)
    assert (reply.status_code, reply.url) == (302, reverse("responsibilities:password"))
    assert client.get("/password/").status_code == 200
    client.post("/password/", {"old_password": password, "new_password": NEW, "repeated": NEW})
    assert client.get(ORGANIZATIONS).status_code == 200


def test_passwords_rest_as_argon2_in_every_installation():
    from zhangye_wages.settings import base

    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
