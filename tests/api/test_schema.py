"""The OpenAPI document and its page: valid, complete, for callers only, without outside network or inline code."""

import json
import re
from io import StringIO

import pytest
import requests
import schemathesis
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings

from responsibilities.services.tokens import token_create
from tests.cast import PASSWORD, build_cast
from zhangye_wages.api_words import OPERATIONS

NAMES = (
    "areas organizations responsibilities projects approvals allocations payroll-batches deadlines notices escalations"
).split()


@pytest.fixture
def client(cast) -> Client:
    """Signed in as a person who may use the API."""
    client = Client()
    client.force_login(cast.supervisor)
    return client


@pytest.fixture
def document(client) -> dict:
    """The document as a program gets it."""
    return json.loads(client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).content)


def test_the_document_is_valid_and_generated_without_a_warning(db):
    said = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--color", stdout=said, stderr=said)
    assert "Warning" not in said.getvalue()


def test_the_document_names_every_list_of_the_contract(document):
    validate_schema(document)
    assert {f"/api/v1/{name}/" for name in NAMES} <= set(document["paths"])
    writable = {path for path, methods in document["paths"].items() if "post" in methods}
    assert writable == {
        "/api/v1/projects/",
        "/api/v1/approvals/",
        "/api/v1/allocations/",
        "/api/v1/payroll-batches/",
        "/api/v1/payroll-batches/{id}/layout/",
        "/api/v1/payroll-batches/{id}/submit/",
        "/api/v1/payroll-batches/{id}/audit/",
        "/api/v1/payroll-batches/{id}/return/",
        "/api/v1/payroll-batches/nil/",
        "/api/v1/contests/{id}/answer/",
        "/api/v1/contests/{id}/transfer/",
        "/api/v1/contests/{id}/conclude/",
        "/api/v1/bank-results/",
        "/api/v1/statements/",
        "/api/v1/escalations/{id}/decisions/",
        "/api/v1/realname/Payroll.Add/",
        "/api/v1/realname/WorkerAttendance.Add/",
        "/api/v1/realname/ProjectWorker.Add/",
        "/api/v1/realname/WorkerEntryExit.Add/",
        "/api/v1/realname/WorkerContract.Add/",
        "/api/v1/realname/Payroll.Query/",
        "/api/v1/realname/WorkerAttendance.Query/",
        "/api/v1/realname/ProjectWorker.Query/",
        "/api/v1/realname/WorkerEntryExit.Query/",
        "/api/v1/realname/WorkerContract.Query/",
    }


def test_every_post_takes_a_key_and_every_operation_names_its_refusals(document):
    for methods in document["paths"].values():
        for method, operation in methods.items():
            assert {"400", "401", "403", "404"} <= set(operation["responses"])
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert ("Idempotency-Key" in names) == (method == "post")


def test_every_operation_has_a_chinese_title_and_stands_in_a_group(document):
    groups = [tag["name"] for tag in document["tags"]]
    named = set()
    for methods in document["paths"].values():
        for operation in methods.values():
            named.add(operation["operationId"])
            assert re.search(r"[\u4e00-\u9fff]{2}", operation["summary"]), operation["operationId"]
            assert operation["tags"][0] in groups
            assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", operation.get("description", "")), "our docstring"
    assert named == set(OPERATIONS), "a title is left over"


def test_document_and_page_are_open_to_everybody(db, cast):
    stranger = Client()
    for path in ("/api/schema/", "/api/docs/"):
        assert stranger.get(path).status_code == 200
    token = {"Authorization": f"Token {token_create(cast.bank_clerk)}"}
    assert stranger.get("/api/schema/", headers=token).status_code == 200


def test_the_page_has_no_inline_code_and_no_outside_address(client):
    page = client.get("/api/docs/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    script = client.get("/api/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_operations_in_a_browser(page):
    """The page's console stays silent (see the fixture), so nothing was refused by the CSP or sought elsewhere."""
    build_cast()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/login/")
    page.fill("input[name=username]", "supervisor")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto("/api/docs/")
    page.wait_for_selector(".opblock-summary-path >> text=approvals", timeout=20_000)
    assert page.locator(".opblock").count() >= 20
    assert all(url.startswith((page.url.split("/api/")[0], "data:")) for url in asked)


def _send(case, token: str):
    """The generated request through Django's own client, inside the test's transaction."""
    request = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    return Client(raise_request_exception=False).generic(
        request.method,
        request.path_url,
        data=request.body or b"",
        content_type=request.headers.get("Content-Type", ""),
        headers={"Authorization": f"Token {token}"}
        | {name: value for name, value in request.headers.items() if name == "Idempotency-Key"},
    )


def test_arbitrary_requests_never_break_the_api(document, cast):
    """A bounded run of schemathesis: no server error, and every reply is one that the document names."""
    token = token_create(cast.supervisor)
    schema = schemathesis.openapi.from_dict(document)
    bounded = settings(
        max_examples=3,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 20
    for operation in operations:

        @bounded
        @given(case=operation.as_strategy())
        def probe(case):
            answer = _send(case, token)
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.status_code}"
            documented = set(case.operation.definition.raw["responses"])
            assert str(answer.status_code) in documented, f"{case.method} {case.path}: {answer.status_code}"

        probe()
