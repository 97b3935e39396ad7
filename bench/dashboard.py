"""The first page of a city unit's officer and of the city's supervisor over 100,000 deadlines.

Floor: an empty Django view behind the same middleware, asked by the same client in the same run. Told is the
95th percentile of a hundred requests. The page is the whole page: session, scope, counts, list, shell.
"""

import statistics
import time

from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from bench import reconcile as engine
from escalation.models import Deadline, DeadlineParty
from escalation.services.reconcile import reconcile
from responsibilities.models import Grant, Organization, User
from responsibilities.rules.roles import Role

PROJECTS = 30_000
REQUESTS = 100
WARM = 5


def empty(request):
    """Nothing at all."""
    return HttpResponse("")


urlpatterns = [path("empty/", empty), path("", include("zhangye_wages.urls"))]


def run(report) -> None:
    """Tells `report(name, seconds, floor_seconds, note)` for both people and both ways of looking."""
    engine._facts(PROJECTS)
    reconcile(today=engine.TODAY)
    engine._execute("VACUUM ANALYZE")
    deadlines = Deadline.objects.count()
    people = {
        "首页：市级部门经办人": (_busiest_city_unit(), Role.UNIT_OFFICER),
        "首页：市人社监管员": (Organization.objects.get(code="620700-rsj"), Role.SUPERVISOR),
    }
    with override_settings(
        ROOT_URLCONF="bench.dashboard", PORTAL_TODAY=engine.TODAY.isoformat(), ALLOWED_HOSTS=["testserver"]
    ):
        for number, (name, (unit, role)) in enumerate(people.items()):
            client = _client(f"bench{number}", unit, role)
            floor = _p95(client, "/empty/")
            note = f"{deadlines:,} 项时限，p95"
            report(name, _p95(client, "/"), floor, note)
            report(name.replace("首页", "清单"), _p95(client, "/deadlines/"), floor, note)
            report(name.replace("首页", "趋势"), _p95(client, "/trend/"), floor, note)


def _busiest_city_unit() -> Organization:
    """The city unit that owes most."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.organization_id FROM {DeadlineParty._meta.db_table} p"
            " JOIN responsibilities_organization o ON o.id = p.organization_id AND o.body_id IS NOT NULL"
            " JOIN responsibilities_area a ON a.id = o.area_id AND a.kind = 'city'"
            " WHERE p.part = 'owes' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        (pk,) = cursor.fetchone()
    return Organization.objects.get(pk=pk)


def _client(username: str, unit: Organization, role: Role) -> Client:
    user = User.objects.create_user(username, "bench-password-2026", name="测试")
    Grant.objects.create(user=user, organization=unit, role=role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert SESSION_KEY in client.session
    return client


def _p95(client: Client, address: str) -> float:
    taken = []
    for number in range(REQUESTS + WARM):
        started = time.perf_counter()
        response = client.get(address)
        if number >= WARM:
            taken.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise AssertionError(f"{address} answered {response.status_code}")
    return statistics.quantiles(taken, n=20)[-1]
