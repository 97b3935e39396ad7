"""Telephones for complaints: each area's 人社 keeps its own, what was shown stays readable, defaults are called so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.models import ComplaintTelephone
from payroll.rules.telephones import plain_telephone
from payroll.selectors.declarations import complaint_telephones
from payroll.services.fixtures import load
from payroll.services.pay_links import pay_token
from payroll.services.telephones import telephone_enter, telephone_withdraw
from responsibilities.models import Area, AuditEvent
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.services.trail import Actor
from tests.cast import GANZHOU
from tests.factories.flow import answers, submitted

SYSTEM = Actor.system("tests")


def enter(area, number="0936-8212333", **facts):
    given_facts = {"name": "劳动保障监察大队", "ordinal": 1, "actor": SYSTEM} | facts
    return telephone_enter(area=area, number=number, **given_facts)


@pytest.mark.django_db
def test_an_areas_own_number_goes_before_the_hotlines_on_every_page_of_the_worker(project, client):
    enter(project.area)
    batch = submitted(project)
    shown = [row.number for row in complaint_telephones(project.area_id)]
    assert shown[0] == "0936-8212333"
    assert "12333" in shown
    page = client.get(f"/public/pay/{pay_token(answers(batch)[0].key)}/").content.decode()
    assert 'href="tel:0936-8212333"' in page
    elsewhere = Area.objects.exclude(pk=project.area_id).exclude(kind=Area.Kind.CITY).first()
    assert "0936-8212333" not in [row.number for row in complaint_telephones(elsewhere.pk)]


@pytest.mark.django_db
def test_the_foot_of_every_page_shows_the_hotline_that_is_kept(client):
    """It stood in the template: a withdrawn number went on being shown."""
    assert 'tel:12333" title="人力资源社会保障服务热线"' in client.get("/login/").content.decode()
    telephone_withdraw(pk=ComplaintTelephone.objects.get(number="12333").pk, reason="改号", actor=SYSTEM)
    page = client.get("/login/").content.decode()
    assert "12333" not in page
    assert "tel:12348" in page
    ComplaintTelephone.objects.all().delete()
    assert "投诉电话" not in client.get("/login/").content.decode()


@pytest.mark.django_db
def test_a_withdrawn_number_is_shown_no_more_stays_on_record_and_can_be_entered_again(project):
    row = enter(project.area)
    telephone_withdraw(pk=row.pk, reason="号码变更", actor=SYSTEM)
    assert "0936-8212333" not in [one.number for one in complaint_telephones(project.area_id)]
    row.refresh_from_db()
    assert (row.withdrawn_reason, bool(row.withdrawn_at)) == ("号码变更", True)
    assert enter(project.area).pk != row.pk
    assert AuditEvent.objects.filter(action__startswith="payroll.telephone").count() == 3


@pytest.mark.django_db
def test_what_came_along_is_a_default_and_loading_again_brings_nothing_withdrawn_back():
    hotline = ComplaintTelephone.objects.get(number="12345")
    assert hotline.is_default
    telephone_withdraw(pk=hotline.pk, reason="改由 12333 受理", actor=SYSTEM)
    load()
    assert "12345" not in [row.number for row in complaint_telephones(None)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "8212333"}, "number_invalid"),
        ({"number": "转人工"}, "number_invalid"),
        ({"name": " "}, "name_missing"),
    ],
)
def test_a_number_that_nobody_can_dial_is_refused(project, changes, code):
    with pytest.raises(Refused) as refused:
        enter(project.area, **changes)
    assert refused.value.code == code


@pytest.mark.django_db
def test_the_same_number_twice_and_the_last_hotline_are_refused(project):
    enter(project.area)
    with pytest.raises(Refused) as refused:
        enter(project.area, name="另一个名字")
    assert refused.value.code == "already_entered"
    *others, last = ComplaintTelephone.objects.filter(area=None)
    for row in others:
        telephone_withdraw(pk=row.pk, reason="停用", actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        telephone_withdraw(pk=last.pk, reason="停用", actor=SYSTEM)
    assert refused.value.code == "last_number"


@pytest.mark.django_db
def test_an_area_keeps_its_own_only_and_the_city_all(cast, project):
    other = Area.objects.exclude(pk=project.area_id).exclude(kind=Area.Kind.CITY).first()
    county = {"actor": cast.actor(cast.county_supervisor), "scope": cast.scope(cast.county_supervisor)}
    enter(project.area, **county)
    for area in (other, None):
        with pytest.raises(NotAllowed):
            enter(area, "0936-8213333", **county)
    enter(None, "0936-8213333", actor=cast.actor(cast.supervisor), scope=cast.scope(cast.supervisor))


@pytest.mark.django_db
def test_the_page_shows_areas_without_their_own_and_calls_defaults_so(cast, project, client):
    client.force_login(cast.county_supervisor)
    page = client.get("/payroll/telephones/").content.decode()
    assert "本系统默认，可调整" in page
    assert project.area.name in page
    posted = client.post(
        "/payroll/telephones/",
        {"area": project.area.code, "name": "监察大队", "number": "０９３６－8212333", "ordinal": "1"},
        follow=True,
    ).content.decode()
    assert "已登记" in posted
    row = ComplaintTelephone.objects.get(number="0936-8212333")
    assert row.set_by == cast.county_supervisor
    gone = client.post(f"/payroll/telephones/{row.pk}/withdraw/", {"reason": "搬迁"}, follow=True).content.decode()
    assert "停用过的电话（1）" in gone
    client.force_login(cast.labour_officer)
    page = client.get("/payroll/telephones/").content.decode()
    assert "登记电话" not in page


@given(st.text(max_size=20))
def test_whatever_is_taken_has_only_digits_a_dash_and_an_extension(text):
    plain = plain_telephone(text)
    if plain is not None:
        assert set(plain) <= set("0123456789-转")
        assert plain_telephone(plain) == plain


@pytest.mark.django_db
def test_a_number_is_on_every_poster_only_when_somebody_said_so(client, cast):
    client.force_login(cast.supervisor)
    form = {"name": "甘州区劳动保障监察大队", "number": "0936-8212333", "ordinal": "1"}
    page = client.get("/payroll/telephones/").content.decode()
    assert page.index('<option value=""') < page.index('<option value="city"'), "nothing is chosen for him"
    assert client.post("/payroll/telephones/", form | {"area": ""}).status_code == 422
    assert not ComplaintTelephone.objects.filter(number="0936-8212333").exists()
    assert client.post("/payroll/telephones/", form | {"area": "city"}).status_code == 302


@pytest.mark.django_db
def test_a_county_is_told_of_its_own_gap_and_the_city_of_all(client, cast):
    client.force_login(cast.county_supervisor)
    for address in ("/payroll/telephones/", "/payroll/minimum-wages/"):
        assert [area.code for area in client.get(address).context["without"]] == [GANZHOU]
    client.force_login(cast.supervisor)
    for address in ("/payroll/telephones/", "/payroll/minimum-wages/"):
        assert len(client.get(address).context["without"]) == 7
