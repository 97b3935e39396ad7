"""The site's code: the right person gets in, nobody learns who works there, guessing is counted out."""

import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from payroll.services.pay_links import site_token
from payroll.services.site_codes import site_code_make
from responsibilities.models import AuditEvent, Figure
from responsibilities.rules.errors import NotAllowed
from tests.factories.flow import SYSTEM, submitted
from tests.factories.payroll import id_number, person, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(project):
    submitted(project, [person(n) for n in range(3)])
    return site_token(site_code_make(project=project, actor=SYSTEM))


@pytest.fixture
def phone():
    return Client(enforce_csrf_checks=True)


def ask(phone, token, n=0, **changes):
    row = person(n)
    form = {"name": row["name"], "id_last6": row["id_number"][-6:], "phone_last4": row["phone"][-4:]} | changes
    return phone.post(f"/public/site/{token}/", form)


def words(response) -> str:
    return response.content.decode()


def test_the_right_person_gets_to_the_own_page_for_a_while(phone, token, project):
    answer = ask(phone, token)
    assert answer.status_code == 302
    assert len(answer.headers["Location"]) > len("/public/pay//") + 44
    page = words(phone.get(answer.headers["Location"]))
    assert person(0)["name"] in page
    assert "一会儿就失效" in page
    phone.post(answer.headers["Location"], {"act": "confirm"})
    confirmed = project.payroll_batches.get().confirmations.get(state="confirmed")
    assert (confirmed.channel, confirmed.line.worker.name) == ("site_qr", person(0)["name"])
    assert AuditEvent.objects.filter(action="payroll.site_find").count() == 1


@pytest.mark.parametrize("spelt", [
    lambda row: {"id_last6": row["id_number"], "phone_last4": row["phone"]},
    lambda row: {"id_last6": f" {row['id_number'][-6:-3]} {row['id_number'][-3:]} "},
    lambda row: {"id_last6": "".join(chr(ord(sign) + 0xFEE0) for sign in row["id_number"][-6:])},
], ids=["the whole numbers", "with spaces", "full width"])  # fmt: skip
def test_whoever_types_more_than_was_asked_for_is_found_as_well(phone, token, spelt):
    assert ask(phone, token, **spelt(person(0))).status_code == 302


@pytest.mark.parametrize("wrong", [{"id_last6": "62070219"}, {"id_last6": "12345"}, {"phone_last4": "138"}])
def test_a_number_that_is_neither_whole_nor_its_end_is_told(phone, token, wrong):
    answer = ask(phone, token, **wrong)
    assert answer.status_code == 422
    assert 'class="wrong"' in words(answer)


def test_who_is_wrong_in_one_thing_hears_the_same_as_a_stranger(phone, token, cast, project):
    submitted(site(cast, "ZY-2026-011"), [person(77)])
    stranger = words(ask(phone, token, 50))
    assert "没有查到" in stranger
    wrong_number = ask(phone, token, id_last6="000000")
    assert wrong_number.status_code == 422

    def said(response):
        return words(response).split('role="alert"')[1].split("</div>")[0]

    expected = said(ask(phone, token, 51))
    for answer in (
        wrong_number,
        ask(phone, token, 1, id_last6=id_number(2)[-6:]),
        ask(phone, token, 1, phone_last4="0000"),
        ask(phone, token, 1, phone_last4=""),
        ask(phone, token, 2, name="张三丰"),
        ask(phone, token, 77),
    ):
        assert said(answer) == expected


def test_one_name_is_counted_out_whether_it_works_here_or_not(phone, token):
    for n in (0, 60):
        answers = [ask(phone, token, n, id_last6=f"00000{i}").status_code for i in range(6)]
        assert answers == [422] * 5 + [429]
    # Then even the right number doesn't help; another colleague isn't hindered.
    refused = ask(phone, token, 0)
    assert refused.status_code == 429
    assert "查询次数太多" in words(refused)
    assert ask(phone, token, 1).status_code == 302


@pytest.mark.parametrize("code", ["site_tries_address", "site_tries_project"])
def test_one_address_and_one_site_are_counted_out(phone, token, code):
    Figure.objects.filter(code=code).update(value="3")
    answers = [ask(phone, token, 60 + n).status_code for n in range(4)]
    assert answers == [422] * 3 + [429]


def test_a_counter_out_of_reach_lets_nobody_in(phone, token, monkeypatch):
    def broken(*_a, **_k):
        raise ConnectionError("gone")

    monkeypatch.setattr(cache, "add", broken)
    assert ask(phone, token).status_code == 429


def test_a_renewed_code_ends_the_poster_that_hangs_there(phone, token, project):
    new = site_token(site_code_make(project=project, actor=SYSTEM, renew=True))
    assert new != token
    assert phone.get(f"/public/site/{token}/").status_code == 404
    assert ask(phone, new).status_code == 302


def test_the_newest_month_comes_first(phone, token, project):
    submitted(project, [person(0, net_pay=1234, gross=1834)], month_on=datetime.date(2026, 8, 1))
    page = words(phone.get(ask(phone, token).headers["Location"]))
    assert "2026年10月" in page


def test_only_who_submits_there_makes_a_code(cast, project):
    scope = cast.scope
    site_code_make(project=project, actor=cast.actor(cast.subcontractor_clerk), scope=scope(cast.subcontractor_clerk))
    for user in (cast.other_labour_officer, cast.bank_clerk, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            site_code_make(project=project, actor=cast.actor(user), scope=scope(user))
