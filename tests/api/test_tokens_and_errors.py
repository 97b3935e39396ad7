"""Who gets in, and that every refusal has one shape."""

import json

import pytest
from django.conf import settings
from django.test import Client

from responsibilities.models import ApiToken
from responsibilities.services.tokens import token_create, token_revoke
from tests.api.conftest import Program, assert_refusal
from tests.cast import GANZHOU
from tests.factories.payroll import site


@pytest.fixture
def officer(cast):
    return cast.officer("zjj", GANZHOU)


def test_a_valid_token_reads(cast, program, officer):
    site(cast)
    answer = program(officer).get("projects/")
    assert answer.status_code == 200
    assert [row["code"] for row in answer.json()["results"]] == ["ZY-2026-010"]


@pytest.mark.parametrize(
    "header", ["Token wrong", "Token", "Token a b", "Token 错误".encode().decode("latin-1"), "Token \xff"]
)
def test_a_wrong_token_is_unknown(db, header):
    answer = Client().get("/api/v1/areas/", headers={"Authorization": header})
    assert_refusal(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_without_a_token_nothing_opens(program, db):
    assert_refusal(program(None).get("areas/"), 401, "not_authenticated")


def test_a_revoked_token_is_unknown(cast, officer):
    plain = token_create(officer)
    token_revoke(pk=ApiToken.objects.get().pk, actor=cast.actor(cast.administrator))
    assert_refusal(Program(plain, Client()).get("areas/"), 401, "authentication_failed")


def test_a_disabled_person_s_token_is_unknown(cast, officer, program):
    caller = program(officer)
    assert caller.get("areas/").status_code == 200
    officer.is_active = False
    officer.save()
    assert_refusal(caller.get("areas/"), 401, "authentication_failed")


@pytest.mark.parametrize("who", ["leader", "auditor", "administrator", "stranger"])
def test_a_role_without_api_use_is_refused(cast, program, who):
    assert_refusal(program(getattr(cast, who)).get("areas/"), 403, "not_allowed")


def test_a_session_needs_api_use_as_a_token_does(cast, officer):
    client = Client()
    client.force_login(cast.leader)
    assert_refusal(client.get("/api/v1/areas/"), 403, "not_allowed")
    client.force_login(officer)
    assert client.get("/api/v1/areas/").status_code == 200


def test_a_session_writes_only_with_the_csrf_token(cast, officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    assert_refusal(client.post("/api/v1/approvals/", {}, content_type="application/json"), 403, "not_allowed")


def test_a_permission_that_is_missing_is_403(cast, program, officer):
    assert_refusal(program(officer).get("payroll-batches/"), 403, "not_allowed")
    assert_refusal(program(officer).get("escalations/"), 403, "not_allowed")
    assert_refusal(program(cast.bank_clerk).post("approvals/", {}), 403, "not_allowed")


@pytest.mark.parametrize(
    "path", ["projects/ZY-none/", "approvals/999999/", "approvals/abc/", "approvals/99999999999999999999/", "nothing/"]
)
def test_what_is_absent_is_404(program, officer, path):
    answer = program(officer).get(path)
    assert answer.status_code == 404
    if path != "nothing/":
        assert_refusal(answer, 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["areas/", "approvals/", "projects/X/"])
def test_a_method_that_no_address_takes_is_405(program, officer, method, path):
    assert_refusal(program(officer).call(method, path), 405, "method_not_allowed")


def test_posting_to_a_list_that_takes_none_is_405(program, officer):
    assert_refusal(program(officer).post("areas/", {}), 405, "method_not_allowed")


@pytest.mark.parametrize("body", ["{", "", "not json", b"\xff\xfe", '{"a": NaN}'])
def test_malformed_json_is_400(program, officer, body):
    answer = program(officer).post("approvals/", body)
    assert_refusal(answer, 400)


@pytest.mark.parametrize("body", [[], [1], 5, "text", None])
@pytest.mark.parametrize("key", ["", "k-1"])
def test_a_body_that_is_no_object_is_400(program, officer, body, key):
    assert_refusal(program(officer).post("approvals/", json.dumps(body), key=key), 400, "parse_error")


@pytest.mark.parametrize("body", [{"project": {"a": []}, "approving_unit": [1]}, {"number": "a\x00b"}])
@pytest.mark.parametrize("key", ["", "k-1"])
def test_fields_of_another_shape_are_400(program, officer, body, key):
    assert_refusal(program(officer).post("approvals/", body, key=key), 400, "invalid")


def test_another_media_type_is_415(program, officer):
    assert_refusal(
        program(officer).post("approvals/", "<a/>", content_type="application/xml"), 415, "unsupported_media_type"
    )


def test_a_body_beyond_the_limit_is_413_and_not_read(program, officer):
    heavy = b'{"number": "' + b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1) + b'"}'
    assert_refusal(program(officer).post("approvals/", heavy), 413, "too_large")


def test_a_wrong_filter_value_is_400(program, officer):
    body = assert_refusal(program(officer).get("approvals/", approved_on__gte="gestern"), 400, "invalid")
    assert set(body["fields"]) == {"approved_on__gte"}


def test_every_wrong_field_is_named(program, officer):
    body = assert_refusal(
        program(officer).post("approvals/", {"kind": "x", "approved_on": "2026-13-01"}), 400, "invalid"
    )
    assert set(body["fields"]) == {"project", "kind", "number", "approved_on", "approving_unit"}


@pytest.mark.parametrize("name", ["areas", "projects", "approvals", "deadlines"])
def test_addresses_have_no_suffix_twins(program, officer, name):
    assert program(officer).get(f"{name}.json").status_code == 404
    assert program(officer).get(f"{name}.json/").status_code == 404
