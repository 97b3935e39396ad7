"""The unit and area switch narrows to one of one's own grants, and to nothing else."""

import pytest
from django.test import Client

from responsibilities.models import Grant
from responsibilities.rules.roles import Permission, Role
from responsibilities.selectors.switch import choices, narrowed
from tests.cast import GANZHOU, LINZE


@pytest.fixture
def two_hats(cast):
    """Officer of 市住建局 and supervisor of 甘州区人社局."""
    Grant.objects.create(user=cast.stranger, organization=cast.unit("zjj"), role=Role.UNIT_OFFICER)
    Grant.objects.create(user=cast.stranger, organization=cast.unit("rsj", GANZHOU), role=Role.SUPERVISOR)
    return cast.stranger


def test_the_switch_offers_only_ones_own_units(cast, two_hats):
    offered = choices(cast.scope(two_hats), "")
    units = {choice.value.split(":")[0] for choice in offered if choice.value}
    assert units == {str(cast.unit("zjj").pk), str(cast.unit("rsj", GANZHOU).pk)}
    assert offered[0].active


def test_a_county_unit_is_not_offered_other_areas(cast):
    assert len(choices(cast.scope(cast.county_supervisor), "")) == 1


def test_a_role_without_projects_is_offered_no_areas(cast):
    assert len(choices(cast.scope(cast.administrator), "")) == 1
    assert len(choices(cast.scope(cast.supervisor), "")) == 8  # negative control: the unit and seven areas


def test_a_city_unit_may_look_at_one_area(cast):
    scope = cast.scope(cast.supervisor)
    value = f"{cast.unit('rsj').pk}:{cast.area(LINZE).pk}"
    assert value in {choice.value for choice in choices(scope, "")}
    (grant,) = narrowed(scope, value).grants
    assert grant.area_id == cast.area(LINZE).pk


def test_narrowing_leaves_only_what_the_chosen_grant_may(cast, two_hats):
    scope = cast.scope(two_hats)
    as_officer = narrowed(scope, f"{cast.unit('zjj').pk}:")
    assert scope.can(Permission.ESCALATION_DECIDE)
    assert not as_officer.can(Permission.ESCALATION_DECIDE)


@pytest.mark.parametrize("forged", ["999999:", "x", "1:2:3", "'; --", ":"])
def test_a_choice_that_is_not_ones_own_is_refused(cast, two_hats, forged):
    assert narrowed(cast.scope(two_hats), forged) is None


def test_another_units_grant_is_not_opened_by_its_number(cast, two_hats):
    foreign = f"{cast.unit('rsj', LINZE).pk}:"
    client = Client()
    client.force_login(two_hats)
    client.post("/scope/", {"grant": foreign, "next": "/organizations/"})
    assert "scope_switch" not in client.session


def test_the_choice_lasts_and_ends_with_the_grant(cast, two_hats):
    client = Client()
    client.force_login(two_hats)
    unit = cast.unit("rsj", GANZHOU)
    value = f"{unit.pk}:{unit.area_id}"
    reply = client.post("/scope/", {"grant": value, "next": "/organizations/"})
    assert reply.url == "/organizations/"
    assert client.get("/organizations/").wsgi_request.scope.organization_ids == {unit.pk}
    Grant.objects.filter(user=two_hats, organization=unit).delete()
    assert client.get("/organizations/").wsgi_request.scope.organization_ids == {cast.unit("zjj").pk}


def test_the_way_back_stays_on_this_site(cast, two_hats):
    client = Client()
    client.force_login(two_hats)
    assert client.post("/scope/", {"grant": "", "next": "https://evil.example/"}).url == "/"
