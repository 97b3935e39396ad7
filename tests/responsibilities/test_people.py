"""Who may keep people and grants, and what a grant may say."""

import pytest
from django.test import Client

from responsibilities.models import AuditEvent, Grant, User
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.roles import Role
from responsibilities.selectors.people import users
from responsibilities.services import people
from responsibilities.services.trail import Actor
from tests.cast import GANZHOU, LINZE


@pytest.fixture
def admin(cast):
    return Actor(user=cast.administrator)


def test_only_the_administrator_sees_people(cast):
    assert users(cast.scope(cast.administrator)).count() == User.objects.count()
    for person in (cast.supervisor, cast.leader, cast.auditor, cast.labour_officer, cast.stranger):
        assert users(cast.scope(person)).count() == 0
        client = Client()
        client.force_login(person)
        assert client.get("/users/").status_code == 403
        assert client.post(f"/users/{cast.leader.pk}/disable/").status_code == 403


def test_a_new_person_sees_nothing_until_granted_and_then_at_once(cast, admin):
    user, _ = people.user_create(username="new.officer", name="新经办人", actor=admin)
    assert cast.scope(user).grants == ()
    people.grant_give(user_pk=user.pk, organization=cast.unit("zjj"), area=None, role=Role.UNIT_OFFICER, actor=admin)
    (grant,) = cast.scope(user).grants
    assert grant.organization_id == cast.unit("zjj").pk
    assert {"user.create", "grant.give"} <= set(AuditEvent.objects.values_list("action", flat=True))


def test_a_username_that_is_taken_is_refused(cast, admin):
    with pytest.raises(Refused) as refusal:
        people.user_create(username="supervisor", name="某人", actor=admin)
    assert refusal.value.code == "username_taken"
    assert "username" in refusal.value.fields


@pytest.mark.parametrize(
    ("role", "unit", "area", "field"),
    [
        (Role.SUPERVISOR, ("zjj", "620700"), None, "role"),
        (Role.LABOUR_OFFICER, ("zjj", "620700"), None, "role"),
        (Role.BANK_CLERK, ("rmyh", "620700"), None, "role"),
        (Role.UNIT_OFFICER, ("zjj", GANZHOU), LINZE, "area"),
    ],
)
def test_a_grant_that_does_not_fit_is_refused(cast, admin, role, unit, area, field):
    with pytest.raises(Refused) as refusal:
        people.grant_give(
            user_pk=cast.stranger.pk,
            organization=cast.unit(*unit),
            area=cast.area(area) if area else None,
            role=role,
            actor=admin,
        )
    assert refusal.value.code == "grant_unfit"
    assert field in refusal.value.fields
    assert not Grant.objects.filter(user=cast.stranger).exists()


@pytest.mark.parametrize("area", [None, GANZHOU])
def test_a_city_supervisor_may_be_narrowed_to_an_area(cast, admin, area):
    grant = people.grant_give(
        user_pk=cast.stranger.pk,
        organization=cast.unit("rsj"),
        area=cast.area(area) if area else None,
        role=Role.SUPERVISOR,
        actor=admin,
    )
    assert cast.scope(cast.stranger).grants[0].area_id == grant.area_id


def test_the_last_administrator_stays(cast, admin):
    grant = Grant.objects.get(user=cast.administrator)
    with pytest.raises(Refused, match="最后一位"):
        people.grant_withdraw(user_pk=cast.administrator.pk, grant_pk=grant.pk, actor=admin)
    with pytest.raises(Refused, match="最后一位"):
        people.user_set_active(pk=cast.administrator.pk, active=False, actor=Actor(user=cast.supervisor))
    people.grant_give(
        user_pk=cast.leader.pk, organization=cast.unit("rsj"), area=None, role=Role.SYSTEM_ADMINISTRATOR, actor=admin
    )
    people.grant_withdraw(user_pk=cast.administrator.pk, grant_pk=grant.pk, actor=admin)  # negative control
    assert not Grant.objects.filter(pk=grant.pk).exists()


def test_nobody_disables_the_own_account(cast, admin):
    with pytest.raises(Refused, match="自己的账号"):
        people.user_set_active(pk=cast.administrator.pk, active=False, actor=admin)


def test_two_editors_do_not_overwrite_each_other(cast, admin):
    version = cast.leader.version
    people.user_edit(pk=cast.leader.pk, name="改名一", version=version, actor=admin)
    with pytest.raises(EditedMeanwhile):
        people.user_edit(pk=cast.leader.pk, name="改名二", version=version, actor=admin)
    assert User.objects.get(pk=cast.leader.pk).name == "改名一"


def test_the_pages_create_grant_and_withdraw(cast):
    client = Client()
    client.force_login(cast.administrator)
    reply = client.post("/users/new/", {"username": "li.si", "name": "李四"}, follow=True)
    assert "初始密码" in reply.content.decode()
    user = User.objects.get(username="li.si")
    assert "初始密码（只显示这一次）" not in client.get(f"/users/{user.pk}/").content.decode()
    client.post(f"/users/{user.pk}/", {"act": "grant", "organization": "甘州区住建局", "role": "unit_officer"})
    grant = user.grants.get()
    assert grant.organization == cast.unit("zjj", GANZHOU)
    client.post(f"/users/{user.pk}/grants/{grant.pk}/remove/")
    assert not user.grants.exists()


def test_a_list_is_found_again_by_its_address_and_exported_as_filtered(cast):
    client = Client()
    client.force_login(cast.administrator)
    reply = client.get("/users/", {"q": "甘州区住建局", "role": "unit_officer"})
    assert [row["cells"][0]["text"] for row in reply.context["rows"]] == [f"officer_zjj_{GANZHOU}"]
    book = client.get("/users/", {"q": "甘州区住建局", "export": "1"})
    assert book.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert book.content[:2] == b"PK"


def test_the_list_takes_few_queries_whatever_its_length(cast, django_assert_max_num_queries):
    client = Client()
    client.force_login(cast.administrator)
    with django_assert_max_num_queries(16):
        client.get("/users/?page_size=100")
