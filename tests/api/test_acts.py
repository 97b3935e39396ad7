"""What programs may do: push an approval, report a credit, upload and submit a payroll, decide."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Allocation
from escalation.models import Decision
from payroll.models import PayrollBatch
from payroll.services.reading import batch_read
from projects.models import Approval
from projects.services.approvals import approval_confirm, approval_record
from responsibilities.models import AuditEvent
from responsibilities.selectors import clock
from tests.api.conftest import assert_refusal
from tests.cast import GANZHOU
from tests.factories.escalation_pages import deadline, escalation, rule_version
from tests.factories.payroll import person, sheet_bytes, site
from tests.factories.projects import party

CODE = "ZY-2026-010"
OCTOBER = "2026-10"


@pytest.fixture
def project(cast):
    project = site(cast)
    party(project, "approving_unit", cast.unit("fgw", GANZHOU))
    return project


@pytest.fixture
def approver(cast, program):
    return program(cast.officer("fgw", GANZHOU))


def push_body(**changes) -> dict:
    return {
        "project": CODE,
        "kind": "project_approval",
        "number": "甘区发改〔2026〕8号",
        "approved_on": "2026-11-16",
        "funding_source": "中央预算内投资",
        "approving_unit": f"{GANZHOU}-fgw",
    } | changes


# ── approvals ──────────────────────────────────────────────────────────


def test_the_receipt_carries_the_moment_that_the_portal_stored(project, approver):
    before = clock.now()
    answer = approver.post("approvals/", push_body())
    after = clock.now()
    assert answer.status_code == 201, answer.content.decode()
    row = Approval.objects.get()
    receipt = answer.json()
    assert datetime.datetime.fromisoformat(receipt["pushed_at"]) == row.pushed_at
    assert before <= row.pushed_at <= after
    assert receipt["receipt_number"] == row.receipt_number
    assert receipt["approving_unit"]["code"] == f"{GANZHOU}-fgw"
    assert receipt["confirmed_at"] is None


def test_a_second_push_returns_the_first_receipt(project, approver):
    first = approver.post("approvals/", push_body()).json()
    second = approver.post("approvals/", push_body()).json()
    assert second == first
    assert Approval.objects.count() == 1
    assert AuditEvent.objects.filter(action="approval_push").count() == 1


def test_an_approval_registered_before_is_pushed_and_not_doubled(cast, project, approver):
    officer = cast.officer("fgw", GANZHOU)
    known = approval_record(
        project=project,
        kind="project_approval",
        number="甘区发改〔2026〕8号",
        approved_on=datetime.date(2026, 11, 16),
        approving_unit=cast.unit("fgw", GANZHOU),
        funding_source="中央预算内投资",
        actor=cast.actor(officer),
        scope=cast.scope(officer),
    )
    assert approver.post("approvals/", push_body(funding_source="")).json()["id"] == known.pk
    assert Approval.objects.count() == 1


def test_the_confirmation_does_not_move_the_receipt(cast, project, approver):
    first = approver.post("approvals/", push_body()).json()
    approval_confirm(approval_id=first["id"], actor=cast.actor(cast.supervisor), scope=cast.scope(cast.supervisor))
    again = approver.post("approvals/", push_body()).json()
    assert (again["pushed_at"], again["receipt_number"]) == (first["pushed_at"], first["receipt_number"])
    assert again["confirmed_at"]


def test_a_receipt_does_not_cover_what_it_does_not_say(project, approver):
    approver.post("approvals/", push_body())
    refusal = assert_refusal(approver.post("approvals/", push_body(approved_on="2026-11-20")), 400, "approval_differs")
    assert set(refusal["fields"]) == {"approved_on"}
    assert Approval.objects.get().approved_on == datetime.date(2026, 11, 16)


def test_nobody_pushes_for_a_foreign_unit(cast, project, approver, program):
    body = push_body(approving_unit=f"{GANZHOU}-zjj")
    assert set(assert_refusal(approver.post("approvals/", body), 400, "not_your_unit")["fields"]) == {"approving_unit"}
    assert_refusal(program(cast.county_supervisor).post("approvals/", push_body()), 403, "not_allowed")
    assert_refusal(program(cast.officer("zjj", GANZHOU)).post("approvals/", push_body()), 400, "not_your_unit")
    assert not Approval.objects.exists()


def test_another_unit_gets_no_receipt_of_what_was_pushed(cast, project, approver, program):
    approver.post("approvals/", push_body())
    assert_refusal(program(cast.officer("zjj", GANZHOU)).post("approvals/", push_body()), 403, "not_allowed")


def test_a_project_elsewhere_is_not_found(cast, project, program):
    elsewhere = program(cast.officer("fgw", "620723"))
    refusal = assert_refusal(elsewhere.post("approvals/", push_body(approving_unit="620723-fgw")), 404, "not_found")
    absent = assert_refusal(elsewhere.post("approvals/", push_body(project="no-such")), 404, "not_found")
    assert refusal == absent


def test_without_a_developer_nothing_is_pushed_and_nothing_recorded(cast, project, approver):
    project.parties.filter(part="developer").delete()
    assert_refusal(approver.post("approvals/", push_body()), 400, "developer_missing")
    assert not Approval.objects.exists()


# ── projects ───────────────────────────────────────────────────────────


def test_an_officer_registers_a_project(cast, program):
    body = {
        "code": "API-1",
        "name": "甘州区水厂改造",
        "area": GANZHOU,
        "project_type": "building",
        "funding_nature": "government",
        "funding_source": "县级财政",
        "developer": cast.developer.code,
    }
    caller = program(cast.officer("zjj", GANZHOU))
    answer = caller.post("projects/", body)
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json()["area"] == GANZHOU
    assert {"developer", "industry_unit", "human_resources"} <= {row["part"] for row in answer.json()["parties"]}
    assert_refusal(caller.post("projects/", body), 400)


# ── allocations ────────────────────────────────────────────────────────


def credit_body(**changes) -> dict:
    return {
        "project": CODE,
        "month": OCTOBER,
        "credited_on": "2026-10-30",
        "amount": "350000.00",
        "bank_receipt_number": "HD-20261030-01",
    } | changes


def test_the_bank_reports_a_credit_for_the_month_that_it_names(cast, project, program):
    answer = program(cast.bank_clerk).post("allocations/", credit_body())
    assert answer.status_code == 201, answer.content.decode()
    row = answer.json()
    assert (row["project"], row["month"], row["amount"]) == (CODE, OCTOBER, "350000.00")
    assert Allocation.objects.get().amount == Decimal("350000.00")


def test_the_same_credit_again_is_the_same_row_and_another_amount_is_refused(cast, project, program):
    bank = program(cast.bank_clerk)
    first = bank.post("allocations/", credit_body()).json()
    assert bank.post("allocations/", credit_body()).json() == first
    refusal = assert_refusal(bank.post("allocations/", credit_body(amount="1.00")), 400, "receipt_used")
    assert set(refusal["fields"]) == {"bank_receipt_number"}
    assert Allocation.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"month": "2026-10-01"}, "month"),
        ({"month": "2026-13"}, "month"),
        ({"credited_on": "2099-01-01"}, "credited_on"),
    ],
)
def test_a_credit_that_cannot_be_is_refused_at_its_field(cast, project, program, changes, field):
    refusal = assert_refusal(program(cast.bank_clerk).post("allocations/", credit_body(**changes)), 400)
    assert set(refusal["fields"]) == {field}


def test_who_may_not_record_credits_there_is_refused(cast, project, program):
    assert_refusal(program(cast.labour_officer).post("allocations/", credit_body()), 403, "not_allowed")
    assert_refusal(program(cast.other_developer_officer).post("allocations/", credit_body()), 404, "not_found")
    assert not Allocation.objects.exists()


# ── payroll ────────────────────────────────────────────────────────────


def upload_body(data: bytes, **changes) -> dict:
    file = SimpleUploadedFile("10月工资.xlsx", data)
    return {"project": CODE, "month": OCTOBER, "file": file} | changes


def test_a_contractor_uploads_a_sheet_follows_it_and_submits_it(cast, project, program):
    contractor = program(cast.labour_officer)
    data = sheet_bytes([person(1), person(2), person(3, name="")])
    answer = contractor.post("payroll-batches/", upload_body(data), multipart=True)
    assert answer.status_code == 201, answer.content.decode()
    batch = answer.json()["id"]
    assert answer.json()["status"] == "queued"

    again = contractor.post("payroll-batches/", upload_body(data), multipart=True)
    assert (again.status_code, again.json()["id"]) == (200, batch)

    batch_read(batch)
    read = contractor.get(f"payroll-batches/{batch}/").json()
    assert (read["status"], read["accepted"], read["rejected"]) == ("draft", 2, 1)
    assert {"row": 5, "code": "name_missing"}.items() <= read["remarks"][0].items()
    assert "id_number" not in answer.content.decode()
    assert "lines" not in read

    wrong = {"version": read["version"], "accepted": 3}
    assert_refusal(contractor.post(f"payroll-batches/{batch}/submit/", wrong), 400, "count_differs")
    stale = {"version": read["version"] + 1, "accepted": 2}
    assert_refusal(contractor.post(f"payroll-batches/{batch}/submit/", stale), 409, "edited_meanwhile")
    done = contractor.post(f"payroll-batches/{batch}/submit/", {"version": read["version"], "accepted": 2})
    assert (done.status_code, done.json()["status"]) == (200, "submitted")


def test_a_file_that_is_no_sheet_or_too_large_is_refused(cast, project, program, settings):
    contractor = program(cast.labour_officer)
    assert_refusal(contractor.post("payroll-batches/", upload_body(b"%PDF-1.7"), multipart=True), 400, "not_a_sheet")
    settings.PORTAL_UPLOAD_LIMIT = 1000
    data = sheet_bytes([person(1)])
    assert_refusal(contractor.post("payroll-batches/", upload_body(data), multipart=True), 413, "too_large")
    settings.PORTAL_UPLOAD_LIMIT = -300_000
    assert_refusal(contractor.post("payroll-batches/", upload_body(data), multipart=True), 413, "too_large")
    assert not PayrollBatch.objects.exists()


def test_another_contractor_finds_neither_project_nor_batch(cast, project, program):
    batch = program(cast.labour_officer).post("payroll-batches/", upload_body(sheet_bytes([person(1)])), multipart=True)
    other = program(cast.other_labour_officer)
    pk = batch.json()["id"]
    assert_refusal(other.get(f"payroll-batches/{pk}/"), 404)
    assert_refusal(other.post(f"payroll-batches/{pk}/submit/", {"version": 1, "accepted": 1}), 404)
    body = upload_body(sheet_bytes([person(2)]))
    assert_refusal(other.post("payroll-batches/", body, multipart=True), 404)


# ── decisions ──────────────────────────────────────────────────────────


@pytest.fixture
def case(cast, project):
    row = deadline(
        project=project,
        due_on=clock.today() - datetime.timedelta(days=10),
        owes=[cast.unit("zjj", GANZHOU)],
        supervises=[cast.unit("rsj", GANZHOU)],
        version=rule_version(),
    )
    return escalation(row)


def order(case, **changes) -> dict:
    due = clock.today() + datetime.timedelta(days=10)
    return {
        "kind": "supervision_order",
        "reason": "多次催办仍未办理。",
        "version": case.version,
        "effective_on": due.isoformat(),
    } | changes


def test_a_supervisor_decides(cast, case, program):
    supervisor = program(cast.county_supervisor)
    answer = supervisor.post(f"escalations/{case.pk}/decisions/", order(case))
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json()["status"] == "in_force"
    shown = supervisor.get(f"escalations/{case.pk}/").json()
    assert (shown["status"], len(shown["decisions"])) == ("decided", 1)
    assert_refusal(
        supervisor.post(f"escalations/{case.pk}/decisions/", order(case, kind="interview")), 409, "edited_meanwhile"
    )


def test_a_waiver_waits_for_a_second_person(cast, case, program):
    answer = program(cast.county_supervisor).post(
        f"escalations/{case.pk}/decisions/", order(case, kind="waiver", effective_on=None)
    )
    assert answer.json()["status"] == "awaiting_second", answer.content.decode()


def test_a_decision_without_a_reason_is_refused(cast, case, program):
    body = order(case, reason=" ")
    assert_refusal(program(cast.county_supervisor).post(f"escalations/{case.pk}/decisions/", body), 400)


def test_only_a_supervisor_of_the_area_decides(cast, case, program):
    path = f"escalations/{case.pk}/decisions/"
    assert_refusal(program(cast.other_county_supervisor).post(path, order(case)), 404, "not_found")
    assert_refusal(program(cast.officer("zjj", GANZHOU)).post(path, order(case)), 403, "not_allowed")
    assert not Decision.objects.exists()
