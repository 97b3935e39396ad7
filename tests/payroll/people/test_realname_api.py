"""The national real-name standard's methods: same checks as a sheet, every row's errors, nothing half stored."""

import datetime

import pytest

from payroll.models import (
    AttendanceDay,
    AttendancePunch,
    LabourContract,
    PayrollBatch,
    RosterEntry,
    SiteStay,
    Worker,
)
from tests.api.conftest import assert_refusal, program  # noqa: F401 - a fixture
from tests.factories.payroll import card_number, id_number, person, site
from tests.factories.people import attended, on_roster, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def officer(cast, program):  # noqa: F811
    return program(cast.labour_officer)


def head(cast, project, **more):
    return {"projectCode": project.code, "corpCode": cast.subcontractor.code, **more}


def pay(n, **changes):
    row = {
        "workerName": person(n)["name"], "idCardType": "01", "idCardNumber": id_number(n), "days": 26, "workHours": 208,
        "payRollBankCardNumber": card_number(n), "payRollBankName": "甘肃银行", "totalPayAmount": "6760.00",
        "actualAmount": "6660.00", "isBackPay": 0,
    }  # fmt: skip
    return row | changes


def test_a_payroll_becomes_a_draft_and_the_same_content_is_the_same_draft(cast, project, officer):
    body = head(cast, project, payMonth="2026-10", teamName="木工班", detailList=[pay(1), pay(2)])
    reply = officer.post("realname/Payroll.Add/", body, key="a")
    assert reply.status_code == 200, reply.content.decode()
    data = reply.json()["data"]
    batch = PayrollBatch.objects.get()
    assert (reply.json()["code"], data["batch"], data["status"], data["rows"]) == (0, batch.pk, "draft", 2)
    assert (str(batch.total_net), batch.subcontractor) == ("13320.00", cast.subcontractor)
    assert batch.lines.first().crew == "木工班"
    assert officer.post("realname/Payroll.Add/", body, key="a").json() == reply.json()
    assert officer.post("realname/Payroll.Add/", body).json()["data"]["created"] is False
    assert PayrollBatch.objects.count() == 1


def test_a_payroll_can_be_submitted_at_once(cast, project, officer):
    body = head(cast, project, payMonth="2026-10", detailList=[pay(1)], submit=True)
    assert officer.post("realname/Payroll.Add/", body).json()["data"]["status"] == "submitted"


def test_back_pay_of_an_earlier_month_is_a_batch_of_its_own(cast, project, officer):
    month = head(cast, project, payMonth="2026-09", detailList=[pay(1)], submit=True)
    assert officer.post("realname/Payroll.Add/", month).json()["data"]["status"] == "submitted"
    back = head(cast, project, payMonth="2026-10", submit=True)
    back["detailList"] = [pay(1, isBackPay=1, backPayMonth="2026-09", totalPayAmount="300", actualAmount="300")]
    data = officer.post("realname/Payroll.Add/", back).json()["data"]
    batch = PayrollBatch.objects.get(pk=data["batch"])
    assert (data["status"], batch.kind, batch.sequence, f"{batch.month_on}") == (
        "submitted",
        "back_pay",
        1,
        "2026-09-01",
    )
    assert officer.post("realname/Payroll.Add/", back).json()["data"]["created"] is False
    assert PayrollBatch.objects.filter(status="submitted").count() == 2


def test_every_row_with_an_error_is_told_and_nothing_is_stored(cast, project, officer):
    wrong = id_number(2)[:-1] + ("1" if id_number(2)[-1] != "1" else "2")
    rows = [pay(1), pay(2, idCardNumber=wrong), pay(3, actualAmount="abc"), pay(4, idCardType="03")]
    reply = officer.post("realname/Payroll.Add/", head(cast, project, payMonth="2026-10", detailList=rows))
    body = reply.json()
    assert (reply.status_code, body["code"]) == (400, "rows_invalid")
    assert [(error["index"], error["field"], error["code"]) for error in body["errors"]] == [
        (1, "idCardNumber", "id_checksum"),
        (2, "actualAmount", "amount_invalid"),
        (3, "idCardType", "id_type_unsupported"),
    ]
    assert set(body["fields"]) == {
        "detailList[1].idCardNumber",
        "detailList[2].actualAmount",
        "detailList[3].idCardType",
    }
    assert PayrollBatch.objects.count() == Worker.objects.count() == 0
    assert wrong not in reply.content.decode()


def test_unknown_parties_empty_lists_and_back_pay_are_coded_refusals(cast, project, officer):
    good = head(cast, project, payMonth="2026-10", detailList=[pay(1)])
    for change, code in (
        ({"corpCode": "91620700MA0000000X"}, "corp_unknown"),
        ({"detailList": []}, "nothing_sent"),
        ({"detailList": [pay(1)] * 2001}, "too_many_rows"),
        ({"detailList": [pay(1, isBackPay=1)]}, "back_pay_month_missing"),
        ({"detailList": [pay(1, isBackPay=1, backPayMonth="2026-09"), pay(2)]}, "back_pay_mixed"),
        ({"detailList": [pay(1, isBackPay=1, backPayMonth="2026-09")]}, "no_month_to_add_to"),
        ({"payMonth": "十月"}, "month_invalid"),
    ):
        assert_refusal(officer.post("realname/Payroll.Add/", good | change), 400, code)
    assert_refusal(officer.post("realname/Payroll.Add/", good | {"projectCode": "NONE"}), 404)


def test_who_may_not_register_people_may_not_report_them(cast, project, program):  # noqa: F811
    body = head(cast, project, workerList=[])
    assert_refusal(program(cast.supervisor).post("realname/ProjectWorker.Add/", body), 403)
    other = body | {"corpCode": cast.other_subcontractor.code, "workerList": [{"workerName": "x"}]}
    assert_refusal(program(cast.subcontractor_clerk).post("realname/ProjectWorker.Add/", other), 400, "corp_unknown")


def test_a_worker_is_registered_contracted_and_enters_and_leaves(cast, project, officer):
    who = {"idCardType": "01", "idCardNumber": id_number(1)}
    full = who | {"workerName": person(1)["name"], "cellPhone": "13900000001", "workType": "木工"}
    reply = officer.post("realname/ProjectWorker.Add/", head(cast, project, teamName="木工班", workerList=[full]))
    assert reply.json()["data"]["workers"] == 1, reply.content.decode()
    contract = who | {"contractPeriodType": 1, "startDate": "2026-09-01", "unit": "81", "unitPrice": "35.5"}
    assert officer.post("realname/WorkerContract.Add/", head(cast, project, contractList=[contract])).status_code == 200
    move = [who | {"date": "2026-09-01", "type": 1}, who | {"date": "2026-09-20", "type": 0}]
    reply = officer.post("realname/WorkerEntryExit.Add/", head(cast, project, workerList=move))
    assert reply.json()["data"] | {"warnings": []} == {
        "workers": 0, "entered": 1, "left": 1, "contracts": 0, "unchanged": 0, "warnings": [],
    }  # fmt: skip
    stay = SiteStay.objects.get()
    assert (str(stay.entered_on), str(stay.left_on), stay.source) == ("2026-09-01", "2026-09-20", "api")
    assert LabourContract.objects.get().price_unit == "平方米"
    assert RosterEntry.objects.get().crew == "木工班"
    refused = officer.post(
        "realname/WorkerEntryExit.Add/", head(cast, project, workerList=[*move, who | {"date": "x", "type": 9}])
    )
    assert refused.json()["code"] == "rows_invalid"
    assert SiteStay.objects.count() == 1


def punch(n, moment, direction="01"):
    return {"idCardType": "01", "idCardNumber": id_number(n), "date": moment, "direction": direction}


def test_punches_that_come_one_by_one_become_a_day(cast, project, officer):
    on_roster(project, worker(1), cast.subcontractor)
    body = {"projectCode": project.code, "dataList": [punch(1, "2026-10-08 07:30:00")]}
    assert officer.post("realname/WorkerAttendance.Add/", body).json()["data"]["days"] == 1
    day = AttendanceDay.objects.get()
    assert (str(day.on), day.days, day.hours, day.subcontractor) == ("2026-10-08", 1, None, cast.subcontractor)
    out = {
        "projectCode": project.code,
        "dataList": [punch(1, "2026-10-08 07:30:00"), punch(1, "2026-10-08 17:00:00", "02")],
    }
    data = officer.post("realname/WorkerAttendance.Add/", out).json()["data"]
    assert (data["punches"], data["repeated"]) == (1, 1)
    day.refresh_from_db()
    assert (str(day.hours), f"{day.came_at:%H:%M}", f"{day.left_at:%H:%M}") == ("9.50", "07:30", "17:00")
    assert AttendancePunch.objects.count() == 2


def test_what_gates_report_is_counted_on_the_attendance_page(cast, project, officer, client, settings):
    settings.PORTAL_TODAY = "2026-11-23"  # the page tells of the latest months
    client.force_login(cast.labour_officer)
    page = "/payroll/attendance/"
    assert "接口报送的出勤" not in client.get(page).content.decode()
    attended(project, worker(2), [datetime.date(2026, 10, 8)], subcontractor=cast.subcontractor)
    assert "接口报送的出勤" not in client.get(page).content.decode(), "days of a sheet are no reported ones"
    days = [datetime.date(2026, 10, 8), datetime.date(2026, 10, 9)]
    attended(project, worker(1), days, subcontractor=cast.subcontractor)
    AttendanceDay.objects.filter(worker=worker(1)).update(source="api")
    shown = client.get(page).content.decode()
    assert "另有 <strong>1</strong> 项" in shown
    assert f"/payroll/attendance/{project.code}/2026-10/" in shown
    for words in ("1 人", "2 天", "2026-10-09", "没有上传的考勤表", cast.subcontractor.name):
        assert words in shown
    assert "接口报送的出勤" in client.get(page, {"month": "2026-10"}).content.decode()
    assert "接口报送的出勤" not in client.get(page, {"month": "2026-09"}).content.decode()
    client.force_login(cast.other_labour_officer)
    assert "接口报送的出勤" not in client.get(page).content.decode()


def test_a_gate_does_not_change_what_a_sheet_states(cast, project, officer):
    who = worker(1)
    on_roster(project, who, cast.subcontractor)
    import datetime

    attended(project, who, [datetime.date(2026, 10, 8)], subcontractor=cast.subcontractor, worth="0.5")
    body = {
        "projectCode": project.code,
        "dataList": [punch(1, "2026-10-08 07:30:00"), punch(1, "2026-10-08 17:00:00", "02")],
    }
    assert officer.post("realname/WorkerAttendance.Add/", body).json()["data"]["kept"] == 1
    assert str(AttendanceDay.objects.get().days) == "0.50"


def test_punches_of_strangers_and_of_tomorrow_are_refused_together(cast, project, officer):
    on_roster(project, worker(1), cast.subcontractor)
    rows = [
        punch(1, "2026-10-08 07:30:00"),
        punch(2, "2026-10-08 07:30:00"),
        punch(1, "2031-01-01 00:00:00"),
        punch(1, "08:00", "03"),
    ]
    reply = officer.post("realname/WorkerAttendance.Add/", {"projectCode": project.code, "dataList": rows})
    assert [(error["index"], error["code"]) for error in reply.json()["errors"]] == [
        (1, "person_unknown"), (2, "in_future"), (3, "date_invalid"), (3, "direction_invalid"),
    ]  # fmt: skip
    assert AttendancePunch.objects.count() == 0
