"""Lists: pages, order, filters by the names of the reply, scope, and a constant number of queries."""

import datetime

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from responsibilities.services.tokens import token_create
from tests.api.conftest import Program, assert_refusal
from tests.cast import GANZHOU, LINZE, build_cast
from tests.factories.world import FOREIGN_AREA, OWN, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Three projects, built once for this file and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world(build_cast())
        transaction.set_rollback(True)


@pytest.fixture
def supervisor(world):
    """Sees all of the city."""
    return Program(token_create(world.cast.supervisor), Client())


LISTS = {
    "areas": {"code": GANZHOU, "kind": "zone"},
    "organizations": {"code": f"{GANZHOU}-zjj", "area": GANZHOU, "body": "zjj", "kind": "bank", "is_active": "false"},
    "responsibilities": {"number": 4},
    "projects": {
        "code": "W-OWN",
        "area": LINZE,
        "project_type": "municipal",
        "funding_nature": "private",
        "name__icontains": "W-UNIT",
        "actual_start_on__gte": "2099-01-01",
        "enrolled_on__isnull": "false",
    },
    "approvals": {
        "project": "W-OWN",
        "approving_unit": f"{LINZE}-fgw",
        "kind": "award",
        "approved_on__lte": "2000-01-01",
        "pushed_at__isnull": "false",
    },
    "allocations": {
        "project": "W-OWN",
        "month": "1999-01",
        "month__gte": "2099-01",
        "kind": "surplus_in",
        "voided_at__isnull": "false",
    },
    "payroll-batches": {"project": "W-OWN", "status": "submitted", "month": "1999-01", "subcontractor": "none"},
    "deadlines": {
        "project": "W-OWN",
        "area": LINZE,
        "rule": "platform_onboard",
        "status": "met",
        "status__in": "met,void",
        "level": 2,
        "owed_by": f"{LINZE}-fgw",
        "supervised_by": f"{LINZE}-rsj",
        "due_on__lte": "2000-01-01",
    },
    "notices": {"project": "W-OWN", "rule": "platform_onboard", "level": 1, "recipient": f"{LINZE}-rsj"},
    "escalations": {"project": "W-OWN", "area": LINZE, "rule": "platform_onboard", "status": "settled"},
}
# The names of a page's deadlines are loaded once per rule, and a page of one row has one rule.
ONCE_PER_RULE = {"deadlines": 2}
FILTERS = [(name, key, value) for name, filters in LISTS.items() for key, value in filters.items()]
ORDERS = {
    "areas": "name",
    "organizations": "name",
    "responsibilities": "number",
    "projects": "contract_value",
    "approvals": "pushed_at",
    "allocations": "month",
    "payroll-batches": "month",
    "deadlines": "due_on",
    "notices": "noticed_on",
    "escalations": "due_on",
}


def ids(answer) -> list:
    assert answer.status_code == 200, answer.content.decode()
    return [row.get("id", row.get("code", row.get("number"))) for row in answer.json()["results"]]


@pytest.mark.parametrize(("name", "key", "value"), FILTERS, ids=lambda part: str(part))
def test_a_filter_leaves_a_part_of_the_list_and_only_fitting_rows(supervisor, name, key, value):
    everything = supervisor.get(f"{name}/", page_size=200).json()
    chosen = supervisor.get(f"{name}/", page_size=200, **{key: value}).json()
    assert 0 <= chosen["count"] < everything["count"], f"{key} 没有起作用"
    if "__" not in key:
        for row in chosen["results"]:
            found = row.get(key, value)
            codes = [unit["code"] for unit in found] if isinstance(found, list) else [found]
            codes = [code["code"] if isinstance(code, dict) else code for code in codes]
            assert str(value) in map(str, codes)


@pytest.mark.parametrize("name", LISTS)
def test_pages_cover_the_list_once_in_either_order(supervisor, name):
    whole = ids(supervisor.get(f"{name}/", page_size=200))
    for sign in ("", "-"):
        pages, number = [], 1
        size = max(1, len(whole) // 3)
        while len(pages) < len(whole):
            pages += ids(supervisor.get(f"{name}/", page=number, page_size=size, ordering=sign + ORDERS[name]))
            number += 1
        assert sorted(map(str, pages)) == sorted(map(str, whole))


def test_order_is_the_one_asked_for(supervisor):
    for sign, reverse in (("", False), ("-", True)):
        rows = supervisor.get("deadlines/", ordering=f"{sign}due_on").json()["results"]
        dates = [row["due_on"] for row in rows]
        assert dates == sorted(dates, reverse=reverse)
        assert len(set(dates)) > 1


def test_a_page_holds_two_hundred_rows_at_most(supervisor):
    whole = supervisor.get("organizations/", page_size=1).json()["count"]
    answer = supervisor.get("organizations/", page_size=100_000)
    assert len(answer.json()["results"]) == min(200, whole)
    assert_refusal(supervisor.get("organizations/", page=9999), 404, "not_found")


@pytest.mark.parametrize(
    ("name", "place_of"),
    [
        ("projects", lambda place: place.project.code),
        ("approvals", lambda place: place.approval.pk),
        ("allocations", lambda place: place.credit.pk),
        ("payroll-batches", lambda place: place.batch.pk),
        ("deadlines", lambda place: place.deadline.pk),
        ("escalations", lambda place: place.escalation.pk),
    ],
)
def test_a_county_sees_its_own_and_what_is_elsewhere_is_absent(world, name, place_of):
    county = Program(token_create(world.cast.county_supervisor), Client())
    own, elsewhere = place_of(world[OWN]), place_of(world[FOREIGN_AREA])
    listed = ids(county.get(f"{name}/", page_size=200))
    assert own in listed
    assert elsewhere not in listed
    assert county.get(f"{name}/{own}/").status_code == 200
    assert_refusal(county.get(f"{name}/{elsewhere}/"), 404, "not_found")


def test_notices_go_to_their_recipients_only(world):
    contractor = Program(token_create(world.cast.labour_officer), Client())
    recipients = {row["recipient"]["code"] for row in contractor.get("notices/", page_size=200).json()["results"]}
    assert recipients == {world.cast.contractor.code}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(supervisor, name):
    def queries(size: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert len(ids(supervisor.get(f"{name}/", page_size=size))) >= 1
        return len(caught)

    queries(1)
    one, many = queries(1), queries(50)
    assert many <= one + ONCE_PER_RULE.get(name, 0)
    assert one <= 14


def test_a_deadline_says_what_the_contract_promises(supervisor, world):
    row = supervisor.get(f"deadlines/{world[OWN].deadline.pk}/").json()
    promised = {"rule", "subject", "project", "anchor_on", "term", "due_on", "status", "met_on", "level"}
    promised |= {"original_due_on", "owed_by", "supervised_by", "legal_basis", "calendar_provisional"}
    assert promised <= set(row)
    assert row["project"] == "W-OWN"
    assert datetime.date.fromisoformat(row["due_on"])
    assert {unit["code"] for unit in row["owed_by"]} >= {world.cast.contractor.code}
