"""`Idempotency-Key`: the same key and body, one act and one reply."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from accounts.models import Allocation
from payroll.models import PayrollBatch
from projects.models import Approval, Project
from responsibilities.models import AuditEvent, IdempotencyRecord
from tests.api.conftest import assert_refusal
from tests.api.test_acts import CODE, OCTOBER, credit_body, push_body
from tests.cast import GANZHOU, build_cast
from tests.factories.payroll import person, sheet_bytes, site
from tests.factories.projects import party

BODY = {
    "code": "API-1",
    "name": "甘州区水厂改造",
    "area": GANZHOU,
    "project_type": "building",
    "funding_nature": "government",
}


@pytest.fixture
def officer(cast, program):
    return program(cast.officer("zjj", GANZHOU))


def test_the_same_key_and_body_get_the_same_reply_and_one_act(officer):
    first = officer.post("projects/", BODY, key="k-1")
    second = officer.post("projects/", dict(reversed(BODY.items())), key="k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Project.objects.count() == 1


def test_the_same_key_with_another_body_is_409(officer):
    officer.post("projects/", BODY, key="k-1")
    assert_refusal(officer.post("projects/", BODY | {"code": "API-2"}, key="k-1"), 409, "idempotency_key_reused")
    assert Project.objects.count() == 1


def test_the_same_key_at_another_address_is_409(cast, program):
    site(cast)
    bank = program(cast.bank_clerk)
    assert bank.post("allocations/", credit_body(), key="k-1").status_code == 201
    contractor = program(cast.labour_officer)
    body = {"version": 1, "accepted": 1}
    contractor.post("payroll-batches/1/submit/", body, key="k-1")
    assert_refusal(bank.post("allocations/", credit_body(note="x"), key="k-1"), 409, "idempotency_key_reused")


def test_without_a_key_every_post_acts(officer):
    officer.post("projects/", BODY)
    assert_refusal(officer.post("projects/", BODY), 400)
    assert not IdempotencyRecord.objects.exists()


def test_keys_belong_to_their_person(cast, program, officer):
    officer.post("projects/", BODY, key="k-1")
    other = program(cast.officer("jtj", GANZHOU))
    assert other.post("projects/", BODY | {"code": "API-2"}, key="k-1").status_code == 201
    assert Project.objects.count() == 2


@pytest.mark.parametrize("status", [400, 404, 403])
def test_a_refused_act_leaves_the_key_free(cast, program, status):
    project = site(cast)
    bank = program(cast.bank_clerk)
    refused = {400: {"amount": "0"}, 404: {"project": "no-such"}, 403: {}}[status]
    caller = program(cast.labour_officer) if status == 403 else bank
    assert caller.post("allocations/", credit_body(**refused), key="k-1").status_code == status
    assert not IdempotencyRecord.objects.exists()
    answer = bank.post("allocations/", credit_body(project=project.code), key="k-1")
    assert (answer.status_code, Allocation.objects.count()) == (201, 1)


def test_a_form_with_a_file_is_told_by_its_bytes(cast, program):
    site(cast)
    contractor = program(cast.labour_officer)

    def upload(data: bytes):
        body = {"project": CODE, "month": OCTOBER, "file": SimpleUploadedFile("10月.xlsx", data)}
        return contractor.post("payroll-batches/", body, key="k-1", multipart=True)

    data = sheet_bytes([person(1)])
    first, second = upload(data), upload(data)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert_refusal(upload(sheet_bytes([person(2)])), 409, "idempotency_key_reused")
    assert PayrollBatch.objects.count() == 1


def test_a_key_that_is_too_long_is_refused(officer):
    assert_refusal(officer.post("projects/", BODY, key="k" * 121), 400, "idempotency_key_too_long")


def test_a_long_address_with_a_key_is_not_found(cast, program):
    supervisor = program(cast.county_supervisor)
    body = {"kind": "interview", "reason": "x", "version": 1}
    assert_refusal(supervisor.post(f"escalations/{'9' * 300}/decisions/", body, key="k-2"), 404, "not_found")


def _at_once(callers) -> list:
    """All start together, each on its own connection."""
    gate = threading.Barrier(len(callers))
    replies = [None] * len(callers)

    def run(number: int) -> None:
        try:
            gate.wait(10)
            replies[number] = callers[number]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(callers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return replies


@pytest.mark.django_db(transaction=True)
def test_at_once_there_is_one_act_and_one_reply(program):
    """With one key the second waits and repeats the reply; without a key two pushes still share one receipt."""
    cast = build_cast()
    party(site(cast), "approving_unit", cast.unit("fgw", GANZHOU))
    bank = program(cast.bank_clerk)
    replies = _at_once([lambda: bank.post("allocations/", credit_body(), key="k-1") for _ in range(3)])
    assert [reply.status_code for reply in replies] == [201] * 3
    assert all(reply.json() == replies[0].json() for reply in replies)
    assert sum("Idempotent-Replayed" in reply.headers for reply in replies) == 2
    assert (Allocation.objects.count(), AuditEvent.objects.filter(action="allocation_record").count()) == (1, 1)

    approver = program(cast.officer("fgw", GANZHOU))
    receipts = _at_once([lambda: approver.post("approvals/", push_body()) for _ in range(3)])
    assert [receipt.status_code for receipt in receipts] == [201] * 3
    assert len({receipt.json()["receipt_number"] for receipt in receipts}) == 1
    assert Approval.objects.count() == 1
