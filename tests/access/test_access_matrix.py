"""The access matrix, generated from the URLconf: every address, every role, own and foreign and absent objects.

Anonymous: to the login page, or 401. Without the permission: 403. Out of scope or absent: 404, never told apart.
What an address expects stands in `expectations.py`, who reaches what in `people.py`; neither is computed by the
code under test. An address that states no expectation fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, path, reverse

from payroll.models import CardChange
from responsibilities.models import ApiToken, Grant, Obstacle
from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.services.tokens import token_create
from responsibilities.views.access import needs
from tests.access.expectations import DOCUMENTATION, EXPECTATIONS, OWN_ONLY, PUBLIC, Expectation
from tests.access.people import PROJECTS, REACH
from tests.cast import build_cast
from tests.factories.responsibilities import ObstacleFactory
from tests.factories.world import FOREIGN_AREA, FOREIGN_UNIT, OWN, Place, World, build_world

pytestmark = pytest.mark.django_db
PLACES = (OWN, FOREIGN_UNIT, FOREIGN_AREA)
NO_PK = 999_999_999
FINE = "ok"


# ── the addresses ──────────────────────────────────────────────────────


def routes(resolver=None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name, pattern) of every address but the admin site's, which is a read-only window of its own."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            inner = ":".join(part for part in (namespace, item.namespace) if part)
            if inner != "admin":
                yield from routes(item, inner)
        else:
            yield ":".join(part for part in (namespace, item.name) if part), item


def declared(pattern: URLPattern) -> Permission | None:
    """The permission that a page or a viewset states."""
    view = getattr(pattern.callback, "cls", pattern.callback)
    return getattr(view, "permission", None)


# ── the objects ────────────────────────────────────────────────────────


@dataclass
class Subjects:
    """Address arguments of each kind, for each place, for something absent and for things that don't belong together."""

    world: World

    def of(self, kind: str, name: str) -> dict | None:
        """Arguments of a place, `absent`, or `crossed`: the own project with a foreign row. None: there is no such."""
        if not kind:
            return {} if name == OWN else None
        if name == "absent":
            return self._absent(kind)
        if name == "crossed":
            own, foreign = self._arguments(kind, self.world[OWN]), self._arguments(kind, self.world[FOREIGN_UNIT])
            return {**own, "pk": foreign["pk"]} if {"code", "pk"} <= set(own) else None
        return self._arguments(kind, self.world[name])

    def _absent(self, kind: str) -> dict:
        found = self._arguments(kind, self.world[OWN])
        for key in found:
            if key in ("pk", "code", "grant_pk", "token_pk", "other"):
                found[key] = "NO-SUCH" if key == "code" else NO_PK
        return found

    def _arguments(self, kind: str, place: Place) -> dict:
        code = place.project.code
        contractor = place.contract.contractor
        user = self.world.cast.users["other_labour_officer" if place is not self.world[OWN] else "labour_officer"]
        line = place.batch.lines.order_by("row").first()
        made = {
            "project": lambda: {"code": code},
            "query_project": lambda: {"code": code},
            "approval": lambda: {"code": code, "pk": place.approval.pk},
            "approval_alone": lambda: {"pk": place.approval.pk},
            "contract": lambda: {"code": code, "pk": place.contract.pk},
            "party": lambda: {"code": code, "pk": place.project.parties.get(part="subcontractor").pk},
            "month": lambda: {"code": code, "month": f"{place.month_on:%Y-%m}"},
            "credit": lambda: {"code": code, "pk": place.credit.pk},
            "credit_alone": lambda: {"pk": place.credit.pk},
            "batch": lambda: {"pk": place.batch.pk},
            "batch_pair": lambda: {"pk": place.batch.pk, "other": place.submitted.pk},
            "contest": lambda: {"pk": place.contest.pk},
            "notice_photo": lambda: {"pk": place.notice_photo.pk},
            "line": lambda: {"pk": line.pk},
            "check": lambda: {"code": "unknown_worker"},
            "minimum_wage": lambda: {"pk": place.project.area.minimumwage_set.first().pk},
            "telephone": lambda: {"pk": place.telephone.pk},
            "payout_file": lambda: {"pk": place.payout_file.pk},
            "statement_line": lambda: {"pk": place.statement_line.pk},
            "statement": lambda: {"code": place.project.code, "pk": place.statement_line.imported_id},
            "movement": lambda: {"code": place.project.code, "pk": place.statement_line.pk},
            "card_change": lambda: {"pk": CardChange.objects.get(line__batch=place.payout_file.batch).pk},
            "bank_result": lambda: {"pk": place.payout_file.results.first().pk},
            "worker": lambda: {"pk": line.worker_id},
            "entry": lambda: {"pk": place.people.entry.pk},
            "stay": lambda: {"pk": place.people.stay.pk},
            "left_stay": lambda: {"pk": place.people.left_stay.pk},
            "labour_contract": lambda: {"pk": place.people.contract.pk},
            "attendance": lambda: {"pk": place.people.sheet.pk},
            "pay_month": lambda: {"code": code, "month": f"{place.month_on:%Y-%m}"},
            "layout": lambda: {"pk": place.layout.pk},
            "deadline": lambda: {"pk": place.deadline.pk},
            "deadline_decision": lambda: {"pk": place.deadline.pk, "kind": "interview"},
            "notice": lambda: {"pk": place.deadline.notices.get(recipient=contractor).pk},
            "escalation": lambda: {"pk": place.escalation.pk},
            "escalation_decision": lambda: {"pk": place.escalation.pk, "kind": "interview"},
            "order": lambda: {"pk": place.order.pk},
            "waiver": lambda: {"pk": place.waiver.pk},
            "organization": lambda: {"code": contractor.code},
            "area": lambda: {"code": place.project.area.code},
            "row": lambda: {"pk": 1},
            "obstacle": lambda: {"pk": Obstacle.objects.filter(organization=contractor).first().pk},
            "user": lambda: {"pk": user.pk},
            "user_act": lambda: {"pk": user.pk, "act": "sessions"},
            "grant": lambda: {"pk": user.pk, "grant_pk": Grant.objects.get(user=user).pk},
            "token": lambda: {"pk": user.pk, "token_pk": ApiToken.objects.filter(user=user).first().pk},
        }
        return made[kind]()


@pytest.fixture(scope="module")
def subjects(django_db_setup, django_db_blocker):
    """The world, built once for this file and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = build_world(build_cast())
        for contractor in {place.contract.contractor for place in world.places.values()}:
            ObstacleFactory(organization=contractor)
        for who in ("labour_officer", "other_labour_officer"):
            token_create(world.cast.users[who])
        yield Subjects(world)
        transaction.set_rollback(True)


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
