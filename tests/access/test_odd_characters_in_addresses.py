"""No address breaks on a character that no database keeps, wherever it stands in the question."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access.addresses import Subjects, askers, routes
from tests.access.expectations import EXPECTATIONS
from tests.factories.world import OWN

pytestmark = pytest.mark.django_db
NAMES = ("q", "project", "month", "employer", "status", "sort", "page", "kind", "area", "rule", "text", "turn", "show")
ODD = {
    "NUL": "%00",
    "NUL inside": "a%00b",
    "NUL left by NUL": "%%0000",
    "half a character": "%ff%fe",
    "a surrogate": "%ed%a0%80",
    "a quote": "%27%22%5c",
}


def asked(subjects: Subjects, name: str, value: str) -> list[int]:
    """How an address answers when every filter holds the value; a crash is a 500."""
    rule = EXPECTATIONS[name]
    client = next(askers(subjects, name), None)
    if client is None:
        return []
    client.raise_request_exception = False
    arguments = {} if rule.kind == "query_project" else subjects.of(rule.kind, OWN)
    with transaction.atomic():
        answer = client.get(f"{reverse(name, kwargs=arguments)}?{'&'.join(f'{one}={value}' for one in NAMES)}")
        transaction.set_rollback(True)
    return [answer.status_code]


@pytest.mark.parametrize("odd", ODD)
def test_no_readable_address_breaks(subjects, odd):
    names = [name for name, _pattern in routes() if name in EXPECTATIONS and EXPECTATIONS[name].reads]
    answers = {name: asked(subjects, name, ODD[odd]) for name in names if not EXPECTATIONS[name].api}
    assert sum(map(len, answers.values())) > 60
    assert {name: codes for name, codes in answers.items() if any(code >= 500 for code in codes)} == {}


@pytest.mark.parametrize(
    "address", ["/projects/%00/", "/payroll/checks/a%00b/", "/public/pay/%00/", "/public/site/%00/"]
)
def test_what_is_named_with_it_does_not_exist(subjects, address):
    client = Client(raise_request_exception=False)
    client.force_login(subjects.world.cast.users["labour_officer"])
    assert client.get(address).status_code == 404


def test_without_the_guard_a_search_breaks(subjects, settings):
    """The control."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "PlainQuery" not in one]
    client = Client(raise_request_exception=False)
    client.force_login(subjects.world.cast.users["labour_officer"])
    with transaction.atomic():
        assert client.get("/projects/?q=%00").status_code == 500
    with transaction.atomic():
        transaction.set_rollback(True)
        assert client.get("/projects/%00/").status_code == 500
        transaction.set_rollback(True)
