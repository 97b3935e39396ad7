"""The register of units, and what stands against them."""

import datetime

import pytest
from django.test import Client

from responsibilities.models import Figure, Obstacle
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.pinyin import initials
from responsibilities.selectors.figures import figure_on
from responsibilities.selectors.obstacles import obstacles, obstacles_in_force
from responsibilities.selectors.organizations import organizations
from responsibilities.services.obstacles import obstacle_create, obstacle_lift
from responsibilities.services.trail import Actor
from tests.factories.responsibilities import ObstacleFactory

TODAY = datetime.date(2026, 11, 23)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def create(cast, **changes) -> Obstacle:
    values = {
        "organization": cast.contractor,
        "kind": "open_arrears",
        "since_on": day("2026-05-06"),
        "reason": "拖欠 12 人 38 万元。",
        "today": TODAY,
        "actor": Actor(user=cast.supervisor),
    }
    return obstacle_create(**(values | changes))


@pytest.mark.parametrize("words", ["祁连", "gsqljs", "GSQL", "91620700MAC000001", "祁连 建设"])
def test_a_unit_is_found_by_name_code_and_pinyin_initials(cast, words):
    found = organizations(cast.scope(cast.labour_officer), search=words)
    assert cast.contractor in found
    assert cast.other_contractor not in found


def test_initials_keep_letters_and_digits():
    assert initials("张掖市人社局") == "zysrsj"
    assert initials("中铁21局（集团）") == "zt21jjt"


def test_a_stranger_sees_no_register(cast):
    assert organizations(cast.scope(cast.stranger)).count() == 0
    client = Client()
    client.force_login(cast.stranger)
    assert client.get("/organizations/").status_code == 403


def test_an_unknown_code_is_404(cast):
    client = Client()
    client.force_login(cast.supervisor)
    assert client.get("/organizations/no-such/").status_code == 404
    assert client.get(f"/organizations/{cast.contractor.code}/").status_code == 200


def test_an_officer_registers_an_enterprise_and_a_wrong_credit_code_stays_in_the_form(cast):
    client = Client()
    client.force_login(cast.officer("zjj"))
    reply = client.post("/organizations/new/", {"name": "张掖新建筑有限公司", "uscc": "91620700MAC000001X"})
    assert reply.status_code == 200
    assert reply.context["form"].errors["uscc"]
    assert "张掖新建筑有限公司" in reply.content.decode()


def test_an_obstacle_is_in_force_from_its_day_until_the_day_it_is_lifted(cast):
    obstacle = create(cast)
    ids = [cast.contractor.pk]
    assert list(obstacles_in_force(ids, day("2026-05-05"))) == []
    assert list(obstacles_in_force(ids, day("2026-05-06"))) == [obstacle]
    obstacle_lift(
        pk=obstacle.pk,
        lifted_on=day("2026-10-08"),
        reason="已全部清偿",
        version=obstacle.version,
        today=TODAY,
        actor=Actor(user=cast.supervisor),
    )
    assert list(obstacles_in_force(ids, day("2026-10-07"))) == [obstacle]
    assert list(obstacles_in_force(ids, day("2026-10-08"))) == []


def test_the_same_obstacle_is_not_recorded_twice_but_another_kind_is(cast):
    create(cast)
    with pytest.raises(Refused) as refusal:
        create(cast)
    assert refusal.value.code == "obstacle_exists"
    create(cast, kind="dishonest_list")
    assert Obstacle.objects.count() == 2


@pytest.mark.parametrize(("lifted", "code"), [("2026-05-05", "lifted_before"), ("2026-11-24", "lifted_future")])
def test_a_lifting_date_out_of_range_is_refused(cast, lifted, code):
    obstacle = create(cast)
    with pytest.raises(Refused) as refusal:
        obstacle_lift(
            pk=obstacle.pk, lifted_on=day(lifted), reason="x", version=1, today=TODAY, actor=Actor(user=cast.supervisor)
        )
    assert refusal.value.code == code
    with pytest.raises(EditedMeanwhile):
        obstacle_lift(
            pk=obstacle.pk, lifted_on=TODAY, reason="x", version=9, today=TODAY, actor=Actor(user=cast.supervisor)
        )


def test_an_enterprise_sees_only_its_own_obstacles_and_approving_units_see_all(cast):
    mine = ObstacleFactory(organization=cast.contractor)
    theirs = ObstacleFactory(organization=cast.other_contractor)
    assert list(obstacles(cast.scope(cast.labour_officer))) == [mine]
    assert set(obstacles(cast.scope(cast.officer("fgw")))) == {mine, theirs}
    assert list(obstacles(cast.scope(cast.stranger))) == []


def test_only_supervisors_record_obstacles(cast):
    client = Client()
    client.force_login(cast.officer("zjj"))
    assert client.get("/obstacles/new/").status_code == 403
    client.force_login(cast.supervisor)
    reply = client.post(
        "/obstacles/new/",
        {
            "organization": cast.contractor.name,
            "kind": "open_arrears",
            "since_on": "2026-05-06",
            "reason": "拖欠 12 人 38 万元。",
        },
    )
    assert reply.status_code == 302
    assert "拖欠 12 人" in client.get("/obstacles/").content.decode()


def test_a_figure_is_the_one_in_force_on_the_day(cast):
    Figure.objects.create(code="close_of_business", name="停止业务", value="17:30", in_force_from=day("2027-01-01"))
    assert figure_on("close_of_business", day("2023-12-31")) is None
    assert figure_on("close_of_business", day("2026-12-31")) == "18:00"
    assert figure_on("close_of_business", day("2027-01-01")) == "17:30"
