"""The addresses that take a file: who sends what else with it, an honest file for each, and hostile ones for all."""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass

from payroll.models import Payout, PayoutFile, PayrollBatch
from responsibilities.selectors.clock import today
from tests.factories.payouts import answer_bytes, answers
from tests.factories.payroll import card_number, person, sheet_bytes
from tests.factories.pictures import png
from tests.factories.projects import workbook
from tests.factories.world import Place
from tests.projects.test_register_import import HEAD, ROW
from tests.sheets.hostile import make

PICTURE = png()
PAPER = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF"
HOSTILE = {
    "nothing at all": b"",
    "only blanks": bytes(300),
    "a bomb": make("bomb_by_its_ratio", 0),
    "a workbook cut off": make("workbook_cut_off", 0),
    "a workbook under a password": make("workbook_with_a_password", 0),
    "a page that calls out": make("page_that_calls_out", 0),
    "names that leave the folder": make("names_that_leave_the_folder", 0),
    "bytes of anything": make("bytes_of_anything", 0),
    "text in no encoding": bytes(random.Random(3).randrange(128, 256) for _ in range(3000)),
    "a picture of a huge size": png(2**31 - 1, 2**31 - 1),
    "a photo cut off": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "a paper with a script": b"%PDF-1.7\n1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj\n%%EOF",
    "a program": b"MZ\x90\x00" + bytes(500),
}
NAMES = (
    "",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "a\x00b.xlsx",
    "a\r\nSet-Cookie: x=1.xlsx",
    "长" * 300 + ".xlsx",
    "=1+1.xlsx",
    "<b>.xlsx",
)


@dataclass(frozen=True)
class Upload:
    """An address that takes a file: who sends what else with it, what an honest file is, and how it looks when taken."""

    name: str
    kind: str
    who: str | None
    field: str
    others: Callable[[Place], dict]
    honest: Callable[[Place], bytes]
    prepare: Callable[[Place], None] = lambda place: None
    needed: bool = True  # nothing is done without a file
    taken: Callable = lambda answer: answer.status_code in (201, 302)

    def __str__(self) -> str:
        return f"{self.name}:{self.field}"


def month_of(place: Place) -> datetime.date:
    return (place.month_on - datetime.timedelta(days=1)).replace(day=1)


def sheet_fields(place: Place) -> dict:
    return {
        "project": place.project.code,
        "month": f"{month_of(place):%Y-%m}",
        "employer": place.submitted.subcontractor.code,
    }


def stage(name: str) -> Callable[[Place], None]:
    return lambda place: PayrollBatch.objects.filter(pk=place.submitted.pk).update(stage=name)


def paying(place: Place) -> None:
    stage("paying")(place)
    PayoutFile.objects.filter(pk=place.payout_file.pk).update(state="sent")


def refused_by_the_bank(place: Place) -> None:
    paying(place)
    Payout.objects.filter(file=place.payout_file).update(state="failed")


def contract_fields(place: Place) -> dict:
    return {"kind": "contract", "starts_on": "2026-09-01", "task_based": "on", "version": place.people.contract.version}


def attendance(place: Place) -> bytes:
    return f"姓名,1,2,3,4,5\n{place.people.entry.worker.name},1,1,1,1,1".encode()


def statement(_place: Place) -> bytes:
    return "交易日期,收入金额,支出金额,余额,对方户名\n2026-10-08,100.00,,100.00,某开发公司\n".encode()


def roster(place: Place) -> bytes:
    head = (
        "工人所属企业名称,工人所属班组名称,工人姓名,证件号码,当前工种,工人类型,手机号码,发放工资银行,工资卡号,进场日期"
    )
    row = person(91)
    employer = place.submitted.subcontractor.name
    body = f"{employer},一班,{row['name']},{row['id_number']},木工,建筑工人,,甘肃银行,{row['bank_card']},2026-10-08"
    return f"{head}\n{body}\n".encode()


UPLOADS = (
    Upload("payroll:upload", "", "labour_officer", "file", sheet_fields, lambda place: sheet_bytes([person(90)])),
    Upload("payroll:attendance_upload", "", "labour_officer", "file", sheet_fields, attendance),
    Upload(
        "payroll:people_import", "", "labour_officer", "file",
        lambda place: {"project": place.project.code, "employer": place.submitted.subcontractor.code}, roster,
        taken=lambda answer: 'name="token"' in answer.content.decode(),
    ),
    Upload(
        "payroll:result_new", "payout_file", "labour_officer", "file",
        lambda place: {"act": "file", "covers": "all", "paid_on": f"{today()}"},
        lambda place: answer_bytes(answers(place.payout_file)), paying,
    ),
    Upload(
        "payroll:payout_line", "failed_line", "labour_officer", "evidence",
        lambda place: {
            "act": "card", "number": card_number(95), "bank_name": "甘肃银行", "reason": "原卡销户",
            "holder": place.payout_file.payouts.first().line.worker.name,
        },
        lambda place: PICTURE, refused_by_the_bank, needed=False,
    ),
    Upload(
        "payroll:notice", "submitted", "labour_officer", "photos",
        lambda place: {"version": place.submitted.version, "place": "大门", "posted_on": f"{today()}"},
        lambda place: PICTURE, stage("noticed"), needed=False,
    ),
    Upload(
        "payroll:paper", "submitted", "labour_officer", "scan",
        lambda place: {"workers": [place.submitted.confirmations.filter(state="pending").first().pk]},
        lambda place: PAPER, stage("confirming"),
    ),
    Upload("payroll:contract_new", "entry", "labour_officer", "scan", lambda place: contract_fields(place) | {"starts_on": "2025-01-01", "ends_on": "2025-02-01", "task_based": ""}, lambda place: PAPER, needed=False),
    Upload("payroll:contract_edit", "labour_contract", "labour_officer", "scan", contract_fields, lambda place: PAPER, needed=False),
    Upload(
        "payroll:settlement", "left_stay", "labour_officer", "confirm-scan",
        lambda place: {"step": "confirm", "confirm-confirmed_on": f"{today()}", "confirm-version": place.people.left_stay.settlement.version},
        lambda place: PAPER,
    ),
    Upload(
        "payroll:public_contest", "token", None, "photo", lambda place: {"reason": "days", "should_be": "28 天"},
        lambda place: PICTURE, stage("confirming"), needed=False,
    ),
    Upload("accounts:statement_import", "project", "labour_officer", "file", lambda place: {}, statement),
    Upload(
        "accounts:register_import", "", "supervisor", "file", lambda place: {}, lambda place: workbook(项目=[HEAD, ROW]),
        taken=lambda answer: 'name="token"' in answer.content.decode(),
    ),
    Upload(
        "escalation:calendar", "", "administrator", "file",
        lambda place: {"year": 2027, "source": "国办发明电〔2026〕9号"},
        lambda place: "2027-01-01，元旦，休\n2027-01-02，元旦，休\n2027-01-03，元旦，休".encode(),
    ),
)  # fmt: skip
API = Upload(
    "api-payroll-batch-list",
    "",
    "labour_officer",
    "file",
    lambda place: {
        "project": place.project.code,
        "month": f"{month_of(place):%Y-%m}",
        "subcontractor": place.submitted.subcontractor.code,
    },
    lambda place: sheet_bytes([person(90)]),
)
ALL = (*UPLOADS, API)
