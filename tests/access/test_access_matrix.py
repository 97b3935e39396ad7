"""The access matrix, generated from the URLconf: every address, every role, own and foreign and absent objects.

Anonymous: to the login page, or 401. Without the permission: 403. Out of scope or absent: 404, never told apart.
What an address expects stands in `expectations.py`, who reaches what in `people.py`; neither is computed by the
code under test. An address that states no expectation fails.
"""

from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import NoReverseMatch, path, reverse

from responsibilities.models import Grant
from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.views.access import needs
from tests.access.addresses import Subjects, declared, routes
from tests.access.expectations import DOCUMENTATION, EXPECTATIONS, OWN_ONLY, PUBLIC, Expectation
from tests.access.people import PROJECTS, REACH
from tests.factories.world import FOREIGN_AREA, FOREIGN_UNIT, OWN

pytestmark = pytest.mark.django_db
PLACES = (OWN, FOREIGN_UNIT, FOREIGN_AREA)
FINE = "ok"


# ── what must come out ─────────────────────────────────────────────────


def expected(rule: Expectation, held: frozenset, who: str, method: str, place: str) -> int | str:
    """The status, FINE for any answer that lets the caller through."""
    asked = {rule.permission} if method == "GET" or not rule.api else {rule.writes}
    if rule.api:
        asked |= {Permission.API_USE}
        if (method == "POST" and rule.writes is None) or (method == "GET" and not rule.reads):
            return 405
    if not asked <= held:
        return 403
    if (method == "POST" and rule.writes is None) or (method == "GET" and not rule.reads):
        return 405
    if rule.kind and place not in REACH[rule.kind][who]:
        return 404
    if rule.acts_reach and place not in REACH[rule.acts_reach][who]:
        return 403
    if method == "GET" and rule.also and rule.also not in held:
        return 403
    if method == "POST" and rule.writes not in held:
        return 403
    if method == "POST" and rule.posts_reach and place not in REACH[rule.posts_reach][who]:
        return 403
    return FINE


def fits(answer: HttpResponse, wanted: int | str) -> bool:
    """Whether an answer is what must come out. A wrong or empty form (400, 409, 422) was let through."""
    if wanted != FINE:
        return answer.status_code == wanted
    if answer.status_code in (301, 302):
        return not answer.headers["Location"].startswith(settings.LOGIN_URL)
    return answer.status_code in (200, 201, 204, 400, 409, 415, 422)


def ask(client: Client, method: str, name: str, rule: Expectation, arguments: dict) -> HttpResponse:
    """One request whose writes are taken back."""
    if rule.kind == "query_project":
        address, query = reverse(name), {"project": arguments["code"], "month": "2026-10"}
    else:
        address, query = reverse(name, kwargs=arguments), {}
    cookies = client.cookies.output()
    with transaction.atomic():
        if method == "POST" and rule.api:
            answer = client.post(address, {}, content_type="application/json")
        else:
            answer = getattr(client, method.lower())(address, query)
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", ""))
    return answer


def wrong_answers(client: Client, subjects: Subjects, who: str, table: dict[str, Expectation]) -> list[str]:
    """Every address of the table, asked by one person in every way; the list of what came out wrong."""
    held = frozenset().union(*(PERMISSIONS[g.role] for g in Grant.objects.filter(user__username=who)))
    found = []
    for name, rule in table.items():
        let_through = set()
        for place in (*PLACES, "absent", "crossed"):
            arguments = subjects.of(rule.kind, place)
            if arguments is None:
                continue
            for method in ("GET", "POST"):
                wanted = expected(rule, held, who, method, place)
                # Refused before any object is looked at, or let through at another object: one says as much as all.
                if place != OWN and (wanted == 405 or not {rule.permission} <= held or (wanted, method) in let_through):
                    continue
                if wanted == FINE:
                    let_through.add((wanted, method))
                answer = ask(client, method, name, rule, arguments)
                if not fits(answer, wanted):
                    found.append(f"{who} {method} {name} {place}: {answer.status_code}, not {wanted}")
    return found


# ── the tests ──────────────────────────────────────────────────────────


def test_every_address_states_what_it_expects():
    known = PUBLIC | OWN_ONLY | DOCUMENTATION | set(EXPECTATIONS)
    found = {name for name, _ in routes()}
    assert found - known == set(), "没有写明谁可以访问的地址，请在 tests/access/expectations.py 写明"
    assert known - found == set(), "写明了却不存在的地址"


def test_every_view_declares_the_permission_of_the_table():
    wrong = {
        name: (declared(pattern), EXPECTATIONS[name].permission)
        for name, pattern in routes()
        if name in EXPECTATIONS and declared(pattern) != EXPECTATIONS[name].permission
    }
    assert wrong == {}
    # Missing altogether is not the same as "for whoever is signed in", which a view says with None.
    for name, pattern in routes():
        if name in OWN_ONLY:
            assert pattern.callback.permission is None, name


def test_only_public_addresses_are_exempt_from_login():
    open_views = {name for name, pattern in routes() if not getattr(pattern.callback, "login_required", True)} - {
        name for name, pattern in routes() if hasattr(pattern.callback, "cls")
    }
    assert open_views <= PUBLIC


def test_nobody_gets_in_without_login(subjects):
    client, wrong = Client(raise_request_exception=False), []
    for name, rule in EXPECTATIONS.items():
        for place in (OWN, "absent"):
            arguments = subjects.of(rule.kind, place)
            for method in ("GET", "POST") if arguments is not None else ():
                answer = ask(client, method, name, rule, arguments)
                login = answer.status_code == 302 and answer.headers["Location"].startswith(settings.LOGIN_URL)
                if not (answer.status_code == 401 if rule.api else login):
                    wrong.append(f"{method} {name} {place}: {answer.status_code}")
    for name in OWN_ONLY:
        answer = client.get(reverse(name))
        if not (answer.status_code == 302 and answer.headers["Location"].startswith(settings.LOGIN_URL)):
            wrong.append(f"{name}: {answer.status_code}")
    for name in DOCUMENTATION:
        if client.get(reverse(name)).status_code != 200:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("who", PROJECTS)
def test_each_person_reaches_what_the_table_says_and_nothing_else(subjects, who):
    client = Client(raise_request_exception=False)
    client.force_login(subjects.world.cast.users[who])
    wrong = wrong_answers(client, subjects, who, EXPECTATIONS)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", PROJECTS)
def test_own_pages_open_for_whoever_is_signed_in(subjects, who):
    client = Client()
    client.force_login(subjects.world.cast.users[who])
    assert client.get(reverse("escalation:dashboard")).status_code == 200
    assert client.get(reverse("responsibilities:password")).status_code == 200
    for name in DOCUMENTATION:
        assert client.get(reverse(name)).status_code == 200


# ── negative controls: the matrix notices what it is there to notice ──


@needs(Permission.PROJECT_VIEW)
def _unscoped(request, code):
    """Shows any project to whoever may see some."""
    return HttpResponse("ok")


@login_not_required
def _open(request, code):
    """Forgot to ask who calls."""
    return HttpResponse("ok")


def _urlconf(view):
    class Patterns:
        urlpatterns = [path("projects/<str:code>/", view, name="leak")]

    return Patterns


def test_a_view_without_scope_is_noticed(subjects):
    rule = Expectation(Permission.PROJECT_VIEW, "project")
    with override_settings(ROOT_URLCONF=_urlconf(_unscoped)):
        client = Client(raise_request_exception=False)
        client.force_login(subjects.world.cast.users["labour_officer"])
        wrong = wrong_answers(client, subjects, "labour_officer", {"leak": rule})
    assert [line.rpartition(" ")[0] for line in wrong if "GET" in line] == [
        f"labour_officer GET leak {place}: 200, not" for place in (FOREIGN_UNIT, FOREIGN_AREA, "absent")
    ]


def test_a_view_without_permission_or_login_is_noticed():
    with override_settings(ROOT_URLCONF=_urlconf(_open)):
        found = dict(routes())
        assert "leak" not in PUBLIC | set(EXPECTATIONS)
        assert declared(found["leak"]) is None
        assert found["leak"].callback.login_required is False
        with pytest.raises(NoReverseMatch):
            reverse("escalation:dashboard")
