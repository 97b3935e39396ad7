"""Addresses without a login open what a link was made for: a foreign, bent, ended or guessed one opens nothing."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from payroll.models import PayConfirmation, PayContest
from payroll.rules.pay_links import LinkKind, link_text
from payroll.services.pay_links import pay_token, site_token, visit_token
from payroll.services.site_codes import site_code_make
from responsibilities.rules.crypto import hmac_sm3
from tests.access.expectations import PUBLIC
from tests.factories.flow import SYSTEM, answers, submitted
from tests.factories.payroll import person, site

pytestmark = pytest.mark.django_db
LINKED = ("payroll:public_pay", "payroll:public_contest", "payroll:public_site")


@pytest.fixture
def batch(cast):
    return submitted(site(cast), [person(1), person(2)])


@pytest.fixture
def code(batch):
    return site_code_make(project=batch.project, actor=SYSTEM)


def good(name: str, batch, code) -> str:
    return site_token(code) if name == "payroll:public_site" else pay_token(answers(batch)[0].key)


def bad_tokens(batch, code) -> dict[str, str]:
    """Each would open something if one guard were missing."""
    key = answers(batch)[0].key
    token = pay_token(key)
    return {
        "of another server": link_text(LinkKind.PAY, key, lambda p, b: hmac_sm3(b"x" * 32, p.encode(), b)),
        "the key alone": key.hex,
        "one letter changed": token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:],
        "cut": token[:-1],
        "longer": token + "A",
        "of nobody": pay_token(uuid.uuid4()),
        "the row's number": str(answers(batch)[0].pk),
        "empty-looking": "%20",
    }


def test_every_linked_page_is_public_and_no_other():
    assert set(LINKED) == {name for name in PUBLIC if name.startswith("payroll:")}


@pytest.mark.parametrize("name", LINKED)
def test_a_good_link_opens_and_every_bad_one_is_404(name, batch, code):
    client = Client()
    assert client.get(reverse(name, args=[good(name, batch, code)])).status_code == 200
    for what, token in bad_tokens(batch, code).items():
        for method in (client.get, client.post):
            assert method(reverse(name, args=[token])).status_code == 404, what
    assert set(PayConfirmation.objects.values_list("state", flat=True)) == {"pending"}
    assert not PayContest.objects.exists()


def test_a_link_of_one_kind_does_not_open_the_other(batch, code):
    client = Client()
    for name in LINKED:
        other = pay_token(answers(batch)[0].key) if name == "payroll:public_site" else site_token(code)
        assert client.get(reverse(name, args=[other])).status_code == 404


def test_the_minutes_of_a_visit_cannot_be_prolonged(batch):
    token = visit_token(answers(batch)[0].key)
    client = Client()
    assert client.get(reverse("payroll:public_pay", args=[token])).status_code == 200
    for place in range(23, 29):
        bent = token[:place] + ("z" if token[place] != "z" else "y") + token[place + 1 :]
        assert client.get(reverse("payroll:public_pay", args=[bent])).status_code == 404


def test_one_persons_link_answers_for_nobody_else(batch):
    first, second = answers(batch)
    Client().post(reverse("payroll:public_pay", args=[pay_token(first.key)]), {"act": "confirm"})
    second.refresh_from_db()
    assert second.state == "pending"


def test_guessing_is_noticed_by_nothing_but_404(batch):
    client = Client()
    codes = {client.get(reverse("payroll:public_pay", args=[pay_token(uuid.uuid4())])).status_code for _ in range(50)}
    assert codes == {404}
