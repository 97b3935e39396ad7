"""Reading back in the real-name standard's names: what was reported comes back, masked, for whom it concerns, page by
page.
"""

import datetime
import json

import pytest

from payroll.models import AttendancePunch
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.api.conftest import assert_refusal, program  # noqa: F401 - a fixture
from tests.factories.payroll import card_number, draft, id_number, person, site
from tests.factories.people import attended, labour_contract, on_roster, worker

pytestmark = pytest.mark.django_db
QUERIES = ("ProjectWorker", "WorkerEntryExit", "WorkerContract", "WorkerAttendance", "Payroll")
START, OCTOBER = datetime.date(2026, 9, 1), datetime.date(2026, 10, 1)
MORE = {"WorkerAttendance": {"date": "2026-10-08"}, "Payroll": {"payMonth": "2026-10"}}


@pytest.fixture
def project(cast):
    """The subcontractor's persons 1 to 3, the general contractor's person 4; October is paid, the 8th worked."""
    project = site(cast)
    for n in (1, 2, 3):
        on_roster(project, worker(n, phone=f"1390000000{n}"), cast.subcontractor, entered_on=START)
    on_roster(project, worker(4), cast.contractor, entered_on=START, left_on=datetime.date(2026, 9, 20), crew="钢筋班")
    labour_contract(project, worker(1), cast.subcontractor, START, price_unit="平方米", number="HT-001")
    attended(project, worker(1), [datetime.date(2026, 10, 8)], subcontractor=cast.subcontractor, hours=9)
    attended(project, worker(4), [datetime.date(2026, 10, 8)])
    for rows, subcontractor in (([person(1), person(2)], cast.subcontractor), ([person(4)], None)):
        batch_submit(
            batch_id=draft(project, rows, subcontractor=subcontractor, month_on=OCTOBER).pk, actor=Actor.system("test")
        )
    draft(project, [person(3)], subcontractor=cast.other_subcontractor, month_on=OCTOBER)
    return project


def ask(program_of, name, project, **facts):
    body = {"projectCode": project.code, "pageIndex": 0, "pageSize": 50} | MORE.get(name, {}) | facts
    return program_of.post(f"realname/{name}.Query/", body)


def rows(program_of, name, project, **facts) -> list[dict]:
    reply = ask(program_of, name, project, **facts)
    assert reply.status_code == 200, reply.content.decode()
    data = reply.json()["data"]
    assert (reply.json()["code"], data["totalCount"] >= len(data["rows"])) == (0, True)
    return data["rows"]


def names(found) -> set[str]:
    return {row["workerName"] for row in found}


def everybody(*numbers) -> set[str]:
    return {person(n)["name"] for n in numbers}


def test_the_roster_comes_back_with_contract_and_masked_numbers(cast, project, program):  # noqa: F811
    found = rows(program(cast.supervisor), "ProjectWorker", project)
    first = next(row for row in found if row["workerName"] == person(1)["name"])
    assert first == {
        "projectCode": project.code,
        "corpCode": cast.subcontractor.uscc,
        "corpName": cast.subcontractor.name,
        "teamName": "木工2班",
        "workerName": person(1)["name"],
        "idCardType": "01",
        "idCardNumber": "*" * 14 + id_number(1)[-4:],
        "workType": "木工",
        "cellPhone": "****0001",
        "payRollBankCardNumber": f"****{card_number(1)[-4:]}",
        "payRollBankName": "甘肃银行",
        "workDate": "2026-09-01",
        "hasContract": 1,
    }
    assert [row["hasContract"] for row in found] == [1, 0, 0, 0]


def test_entries_and_exits_come_back_by_date(cast, project, program):  # noqa: F811
    found = rows(program(cast.labour_officer), "WorkerEntryExit", project)
    assert [(row["date"], row["type"]) for row in found] == [("2026-09-01", 1)] * 4 + [("2026-09-20", 0)]
    assert found[-1]["workerName"] == person(4)["name"]
    paged = [ask(program(cast.labour_officer), "WorkerEntryExit", project, pageIndex=at, pageSize=2) for at in range(4)]
    assert [len(one.json()["data"]["rows"]) for one in paged] == [2, 2, 1, 0]
    assert [row for one in paged for row in one.json()["data"]["rows"]] == found
    assert {one.json()["data"]["totalCount"] for one in paged} == {5}


def test_contracts_come_back_with_the_standards_codes(cast, project, program):  # noqa: F811
    (contract,) = rows(program(cast.labour_officer), "WorkerContract", project)
    assert {name: contract[name] for name in ("contractCode", "contractPeriodType", "unit", "unitPrice", "endDate")} == {
        "contractCode": "HT-001", "contractPeriodType": 1, "unit": 81, "unitPrice": "260.00", "endDate": "",
    }  # fmt: skip


def test_a_days_attendance_comes_back_with_the_gates_punches(cast, project, program):  # noqa: F811
    moment = datetime.datetime(2026, 10, 8, 7, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    for way, at in (("in", moment), ("out", moment.replace(hour=18)), ("in", moment + datetime.timedelta(days=1))):
        AttendancePunch.objects.create(
            project=project, worker=worker(1), subcontractor=cast.subcontractor, at=at, direction=way
        )
    found = rows(program(cast.labour_officer), "WorkerAttendance", project)
    first = next(row for row in found if row["workerName"] == person(1)["name"])
    assert (first["days"], first["workHours"], first["date"]) == ("1.00", "9.00", "2026-10-08")
    assert first["dataList"] == [
        {"date": "2026-10-08 07:30:00", "direction": "01"},
        {"date": "2026-10-08 18:30:00", "direction": "02"},
    ]
    assert names(found) == everybody(1, 4)
    assert rows(program(cast.labour_officer), "WorkerAttendance", project, date="2026-10-09") == []


def test_submitted_pay_comes_back_and_drafts_do_not(cast, project, program):  # noqa: F811
    found = rows(program(cast.labour_officer), "Payroll", project)
    assert names(found) == everybody(1, 2, 4)
    first = next(row for row in found if row["workerName"] == person(1)["name"])
    assert (first["payMonth"], first["isBackPay"], first["corpCode"]) == ("2026-10", 0, cast.subcontractor.uscc)
    assert first["payRollBankCardNumber"] == f"****{card_number(1)[-4:]}"
    assert first["totalPayAmount"] > first["actualAmount"] > ""
    assert rows(program(cast.labour_officer), "Payroll", project, payMonth="2026-09") == []


def test_no_query_gives_a_number_in_full(cast, project, program):  # noqa: F811
    for name in QUERIES:
        text = json.dumps(rows(program(cast.supervisor), name, project))
        for n in range(1, 5):
            assert id_number(n) not in text
            assert card_number(n) not in text
            assert f"1390000000{n}" not in text


@pytest.mark.parametrize("name", QUERIES)
def test_employer_and_person_narrow(cast, project, program, name):  # noqa: F811
    caller = program(cast.labour_officer)
    own, theirs = cast.contractor.uscc, cast.subcontractor.uscc
    own_people = set() if name == "WorkerContract" else everybody(4)
    assert names(rows(caller, name, project, corpCode=own)) == own_people
    assert names(rows(caller, name, project, corpCode=theirs)) & everybody(4) == set()
    assert names(rows(caller, name, project, idCardNumber=id_number(1))) == everybody(1)
    assert rows(caller, name, project, idCardNumber=id_number(77)) == []


@pytest.mark.parametrize("name", QUERIES)
def test_a_subcontractor_reads_its_own_and_strangers_nothing(cast, project, program, name):  # noqa: F811
    found = rows(program(cast.subcontractor_clerk), name, project)
    assert found
    assert names(found) <= everybody(1, 2, 3)
    assert_refusal(ask(program(cast.other_labour_officer), name, project), 404)
    assert_refusal(ask(program(cast.officer("zjj", "620702")), name, project), 403)
    assert_refusal(ask(program(None), name, project), 401)


def test_what_cannot_be_asked_is_a_coded_refusal(cast, project, program):  # noqa: F811
    caller = program(cast.labour_officer)
    for facts, code in (
        ({"pageSize": 51}, "page_too_large"),
        ({"pageIndex": -1}, "invalid"),
        ({"corpCode": "91620700MA0000000X"}, "corp_unknown"),
        ({"idCardNumber": "cZh1f4zjcRM6ZL7BYO5gvie="}, "id_invalid"),
    ):
        assert_refusal(ask(caller, "ProjectWorker", project, **facts), 400, code)
    assert_refusal(ask(caller, "Payroll", project, payMonth="十月"), 400, "month_invalid")
    assert_refusal(ask(caller, "WorkerAttendance", project, date="昨天"), 400, "invalid")
    assert caller.call("GET", "realname/Payroll.Query/").status_code == 405


def test_calls_are_limited_a_minute(cast, project, program, monkeypatch):  # noqa: F811
    from payroll.services.realname import parties

    monkeypatch.setattr(parties, "figure_on", lambda code, day: "2")
    caller = program(cast.labour_officer)
    statuses = [ask(caller, "ProjectWorker", project, pageSize=1).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
