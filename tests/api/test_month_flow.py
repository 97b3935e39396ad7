"""What programs do with a month: submit signed or not, audit, send back, state that nobody worked."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payroll.services.answers import Claim, contest_raise, pay_confirm
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from tests.api.conftest import assert_refusal
from tests.factories.flow import SYSTEM, WORKER, submitted, tokens
from tests.factories.payroll import MONTH, draft, person, sheet_bytes, sheets_bytes, site, upload
from tests.factories.people import on_roster, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    return site(cast)


def test_a_submission_may_be_signed_and_must_be_by_ones_own_name(cast, project, program):
    contractor = program(cast.labour_officer)
    batch = draft(project, [person(1)])
    body = {"version": batch.version, "accepted": 1, "signed_name": "别人"}
    assert_refusal(contractor.post(f"payroll-batches/{batch.pk}/submit/", body), 400, "signature_differs")
    body["signed_name"] = cast.labour_officer.name
    done = contractor.post(f"payroll-batches/{batch.pk}/submit/", body).json()
    assert (done["status"], done["stage"], done["kind"]) == ("submitted", "confirming", "sheet")
    assert done["acts"][0]["signed_name"] == cast.labour_officer.name
    assert done["answers"] == {"asked": 1, "confirmed": 0, "on_paper": 0, "contested": 0, "silent": 1}


def test_an_unsigned_submission_still_goes_and_says_so(cast, project, program):
    batch = draft(project, [person(1)])
    body = {"version": batch.version, "accepted": 1}
    done = program(cast.labour_officer).post(f"payroll-batches/{batch.pk}/submit/", body).json()
    assert done["acts"][0]["statement"] == "通过接口提交，未具名"


def test_audit_and_return(cast, project, program):
    batch = submitted(project, [person(1), person(2)], subcontractor=cast.subcontractor)
    pay_confirm(token=tokens(batch)[0], actor=WORKER)
    contest_raise(token=tokens(batch)[1], claim=Claim(reason="days"), actor=WORKER)
    contractor = program(cast.labour_officer)
    path = f"payroll-batches/{batch.pk}/audit/"
    body = {"version": batch.version, "signed_name": cast.labour_officer.name}
    assert_refusal(contractor.post(path, body), 400, "reason_needed")
    assert_refusal(program(cast.subcontractor_clerk).post(path, body), 403)
    assert_refusal(program(cast.other_labour_officer).post(path, body), 404)
    done = contractor.post(path, body | {"reason": "已电话核对"}, key="a-1").json()
    assert (done["stage"], done["answers"]["confirmed"], done["answers"]["contested"]) == ("audited", 1, 1)
    again = contractor.post(path, body | {"reason": "已电话核对"}, key="a-1")
    assert again.json() == done
    back = {"version": done["version"], "reason": "天数有误", "rows": [3]}
    returned = contractor.post(f"payroll-batches/{batch.pk}/return/", back).json()
    assert (returned["status"], returned["stage"]) == ("returned", "")
    assert (returned["acts"][-1]["facts"]["rows"], returned["acts"][-1]["facts"]["places"]) == ([3], [[1, 3]])
    assert_refusal(contractor.post(path, body | {"reason": "x"}), 400, "wrong_stage")


def test_a_row_of_one_of_several_sheets_is_sent_back(cast, project, program):
    batch = upload(project, sheets_bytes(木工班=[person(1)], 瓦工班=[person(2)]), subcontractor=cast.subcontractor)
    batch_read(batch.pk)
    batch = batch_submit(batch_id=batch.pk, actor=SYSTEM)
    contractor, path = program(cast.labour_officer), f"payroll-batches/{batch.pk}/return/"
    assert contractor.get(f"payroll-batches/{batch.pk}/").json()["sheet_names"] == ["木工班", "瓦工班"]
    body = {"version": batch.version, "reason": "天数有误"}
    assert_refusal(contractor.post(path, body | {"places": [{"sheet_no": 3, "row": 3}]}), 400, "no_such_row")
    done = contractor.post(path, body | {"places": [{"sheet_no": 2, "row": 3}]}).json()
    assert done["acts"][-1]["facts"]["places"] == [[2, 3]]


def test_nobody_worked_is_stated_once(cast, project, program):
    contractor = program(cast.labour_officer)
    body = {"project": project.code, "month": "2026-10", "reason": "冬季停工", "signed_name": cast.labour_officer.name}
    first = contractor.post("payroll-batches/nil/", body, key="n-1")
    assert (first.status_code, first.json()["kind"]) == (201, "nil")
    assert contractor.post("payroll-batches/nil/", body, key="n-1").json() == first.json()
    assert_refusal(contractor.post("payroll-batches/nil/", body, key="n-2"), 400, "nil_already")
    listed = contractor.get("payroll-batches/?kind=nil").json()
    assert listed["count"] == 1
    assert contractor.get("payroll-batches/?stage=confirming").json()["count"] == 0


def test_people_on_site_are_asked_about_before_nobody_worked_is_stated(cast, project, program):
    on_roster(project, worker(1), cast.contractor, entered_on=MONTH)
    body = {"project": project.code, "month": "2026-10", "reason": "冬季停工", "signed_name": cast.labour_officer.name}
    api = program(cast.labour_officer)
    refusal = api.post("payroll-batches/nil/", body)
    assert (refusal.status_code, refusal.json()["code"]) == (400, "people_on_site")
    assert "people_reason" in refusal.json()["fields"]
    done = api.post("payroll-batches/nil/", body | {"people": 1, "people_reason": "留守"})
    assert done.status_code == 201
    assert done.json()["acts"][0]["facts"] == {"on_site": 1, "on_site_reason": "留守"}


def test_a_contest_is_read_answered_and_taken_over_by_programs(cast, project, program):
    batch = submitted(project, [person(1), person(2)], subcontractor=cast.subcontractor)
    contest_raise(
        token=tokens(batch)[0], claim=Claim(reason="days", text="少记两天", phone="13900000001"), actor=WORKER
    )
    clerk, office = program(cast.subcontractor_clerk), program(cast.supervisor)
    (row,) = clerk.get(f"contests/?project={project.code}&state=open").json()["results"]
    assert (row["batch"], row["row"], row["reason"], row["text"]) == (batch.pk, 3, "days", "少记两天")
    assert row["current_batch"] == batch.pk
    assert "13900000001" not in str(row)
    path = f"contests/{row['id']}/answer/"
    body = {"act": "reject", "answer": "考勤机记录为 26 天", "version": row["version"]}
    assert_refusal(program(cast.other_labour_officer).post(path, body), 404)
    assert_refusal(clerk.post(path, body | {"version": 99}), 409)
    assert_refusal(clerk.post(path, body | {"answer": " "}), 400)
    done = clerk.post(path, body, key="c-1").json()
    assert (done["state"], done["answered_by"]) == ("rejected", cast.subcontractor_clerk.name)
    assert clerk.post(path, body, key="c-1").json() == done
    assert_refusal(clerk.post(path, body | {"version": done["version"]}), 400, "wrong_contest_state")
    over = f"contests/{row['id']}/transfer/"
    words = {"answer": "由监察大队调查", "version": done["version"]}
    assert_refusal(clerk.post(over, words), 403)
    taken = office.post(over, words).json()
    assert (taken["state"], taken["answer"]) == ("transferred", "由监察大队调查")
    assert [(one["act"], one["role"], one["text"]) for one in taken["answers"]] == [
        ("reject", "用工单位", "考勤机记录为 26 天"),
        ("transfer", "人社部门", "由监察大队调查"),
    ]
    end = f"contests/{row['id']}/conclude/"
    words = {"answer": "经查少记 2 天，已补发", "version": taken["version"]}
    assert_refusal(clerk.post(end, words), 403)
    assert office.post(end, words).json()["state"] == "concluded"


def test_what_changed_since_the_preview_is_told_to_programs_too(cast, project, program):
    batch = draft(project, [person(1), person(2)])
    submitted(site(cast, "ZY-2026-011"), [person(2)])
    body = {"version": batch.version, "accepted": 2, "signed_name": cast.labour_officer.name}
    done = program(cast.labour_officer).post(f"payroll-batches/{batch.pk}/submit/", body).json()
    assert done["acts"][0]["facts"]["changed"] == {"new": {"same_day_other_site": [4]}}
    assert [remark["code"] for remark in done["remarks"]] == ["same_day_other_site"]


def test_back_pay_is_uploaded_as_such(cast, project, program):
    submitted(project, [person(1)])
    file = SimpleUploadedFile(
        "补发.xlsx", sheet_bytes([person(1, net_pay=Decimal(300), gross=Decimal(300), deductions=None, advance=None)])
    )
    body = {"project": project.code, "month": "2026-10", "kind": "back_pay", "reason": "加班漏计", "file": file}
    made = program(cast.labour_officer).post("payroll-batches/", body, multipart=True)
    assert (made.status_code, made.json()["kind"], made.json()["sequence"]) == (201, "back_pay", 1)
    assert made.json()["reason"] == "加班漏计"
    file.seek(0)
    without = program(cast.labour_officer).post("payroll-batches/", body | {"reason": ""}, multipart=True)
    assert "请写明为什么补发" in without.content.decode()
