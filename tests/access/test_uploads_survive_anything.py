"""No address that takes a file breaks on one: whatever is sent, it is taken or refused in words, and nothing half-done stays.

Every address is asked with an honest file first, so that it is known to be reached; every line of the code that reads a
file must have been passed, so that a new upload can't be forgotten.
"""

import datetime
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import StatementImport
from accounts.services.statement_imports import statement_read
from payroll.models import (
    AttendanceSheet,
    BankResult,
    CardChange,
    LabourContract,
    PayContest,
    PayNoticePhoto,
    Payout,
    PayoutFile,
    PayrollBatch,
    StoredFile,
)
from payroll.services.attendance.reading import attendance_read
from payroll.services.pay_links import pay_token
from payroll.services.reading import batch_read
from payroll.services.result_reading import result_read
from projects.models import Project
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import today
from responsibilities.services.tokens import token_create
from tests.access.test_access_matrix import Subjects
from tests.access.test_exports_run_nothing import ROOMS, place_of
from tests.cast import build_cast
from tests.factories.payouts import answer_bytes, answers
from tests.factories.payroll import card_number, person, sheet_bytes
from tests.factories.pictures import png
from tests.factories.projects import workbook
from tests.factories.world import OWN, Place, build_world
from tests.projects.test_register_import import HEAD, ROW
from tests.sheets.hostile import make
from zhangye_wages.launcher.paths import PROJECT

pytestmark = pytest.mark.django_db
TAKES_A_FILE = re.compile(r"request\.FILES\b")
KEPT = (StoredFile, PayrollBatch, AttendanceSheet, BankResult, CardChange, LabourContract, PayContest, PayNoticePhoto,
        StatementImport, Project)  # fmt: skip
READERS = (
    (PayrollBatch, batch_read),
    (AttendanceSheet, attendance_read),
    (BankResult, result_read),
    (StatementImport, statement_read),
)
# A broken program's end; a person must never see it of a file.
BROKEN = "failed"
REFUSAL = re.compile(
    r'<(?P<tag>\w+)\b[^>]*(?:class="(?:wp-field__error|wp-errors|wp-alert u-red|wp-drop__error|say bad|wrong)\b|role="alert")'
    r"[^>]*>(?P<said>.*?)</(?P=tag)>",
    re.DOTALL,
)
TAG = re.compile(r"<[^>]*>")


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


@pytest.fixture(scope="module")
def subjects(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        world = build_world(build_cast())
        yield Subjects(world)
        transaction.set_rollback(True)


class Passed:
    """The lines of our code that read a request's files, as they are passed."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self._honest = WSGIRequest.FILES

    def __enter__(self) -> "Passed":
        passed = self

        def noted(request):
            frame = sys._getframe(1)
            if place := place_of(frame.f_code.co_filename):
                passed.lines.add((place, frame.f_lineno))
            return passed._honest.__get__(request)

        WSGIRequest.FILES = property(noted)
        return self

    def __exit__(self, *_exception) -> None:
        WSGIRequest.FILES = self._honest


def written_lines() -> set[tuple[str, int]]:
    return {
        (str(file.relative_to(PROJECT)), number)
        for room in ROOMS
        for file in (PROJECT / room).rglob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if TAKES_A_FILE.search(line)
    }


def address(subjects: Subjects, upload: Upload) -> str:
    own = subjects.world[OWN]
    own.submitted.refresh_from_db()
    kinds = {
        "submitted": lambda: {"pk": own.submitted.pk},
        "failed_line": lambda: {"pk": own.payout_file.payouts.first().line_id},
        "token": lambda: {"token": pay_token(own.submitted.confirmations.filter(state="pending").first().key)},
    }
    return reverse(upload.name, kwargs=kinds[upload.kind]() if upload.kind in kinds else subjects.of(upload.kind, OWN))


def sent(subjects: Subjects, upload: Upload, *files: SimpleUploadedFile):
    """The answer to one request, through the whole stack; a crash is an answer 500."""
    own = subjects.world[OWN]
    client, headers = Client(raise_request_exception=False), {}
    if upload is API:
        headers = {"Authorization": f"Token {token_create(subjects.world.cast.users[upload.who])}"}
    elif upload.who:
        client.force_login(subjects.world.cast.users[upload.who])
    fields = {name: value for name, value in upload.others(own).items() if value is not None}
    if files:
        fields[upload.field] = list(files) if len(files) > 1 else files[0]
    return client.post(address(subjects, upload), fields, headers=headers)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in KEPT}


def read_what_waits() -> list[models.Model]:
    """What the workers would do next; the rows that were read."""
    read = []
    for model, reader in READERS:
        for row in model.objects.filter(status="queued"):
            reader(row.pk)
            row.refresh_from_db()
            read.append(row)
    return read


def wrongs(subjects: Subjects, upload: Upload, *files: SimpleUploadedFile) -> list[str]:
    """What is wrong about how an upload ended; nothing where it was taken whole or refused in words."""
    found = []
    with transaction.atomic():
        upload.prepare(subjects.world[OWN])
        for model, _reader in READERS:
            model.objects.filter(status="queued").update(status=BROKEN)
        before = counts()
        answer = sent(subjects, upload, *files)
        if answer.status_code >= 500:
            found.append(f"answered {answer.status_code}")
        elif upload.taken(answer):
            for row in read_what_waits():
                if row.status == BROKEN:
                    found.append(f"{type(row).__name__} failed")
                if row.status == "refused" and not (row.refused_code and says_something(row.refused_message)):
                    found.append(
                        f"{type(row).__name__} refused without words: {row.refused_code} {row.refused_message}"
                    )
        else:
            if counts() != before:
                found.append(f"refused, and yet something stays: {before} → {counts()}")
            if not any(map(says_something, told(answer))):
                found.append(f"refused without words ({answer.status_code})")
        transaction.set_rollback(True)
    return found


def told(answer) -> list[str]:
    """What a refusal says where people, or programs, look for it: beside the input, above the form."""
    if answer["Content-Type"].startswith("application/json"):
        return [answer.json().get("message", "")]
    return [unescape(TAG.sub("", found["said"])) for found in REFUSAL.finditer(answer.content.decode())]


def says_something(text: str) -> bool:
    """A whole sentence in Chinese that says what to do."""
    return bool(re.match(r"\s*[^。]*[\u4e00-\u9fff]{4,}[^。]*。", text))


def file(data: bytes, name: str = "文件.xlsx", kind: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type=kind)


ALL = (*UPLOADS, API)


@pytest.mark.parametrize("upload", ALL, ids=str)
def test_an_honest_file_is_taken(subjects, upload):
    own = subjects.world[OWN]
    with transaction.atomic():
        upload.prepare(own)
        before = counts()
        answer = sent(subjects, upload, file(upload.honest(own)))
        assert upload.taken(answer), (answer.status_code, unescape(answer.content.decode())[:4000])
        rows = read_what_waits()
        assert [row for row in rows if row.status in (BROKEN, "refused")] == []
        transaction.set_rollback(True)
    assert counts() == before


@pytest.mark.parametrize("upload", ALL, ids=str)
def test_a_hostile_file_is_taken_or_refused_in_words(subjects, upload):
    assert {name: found for name, data in HOSTILE.items() if (found := wrongs(subjects, upload, file(data)))} == {}


@pytest.mark.parametrize("upload", ALL, ids=str)
def test_a_hostile_name_harms_nothing(subjects, upload):
    data = upload.honest(subjects.world[OWN])
    assert {name: found for name in NAMES if (found := wrongs(subjects, upload, file(data, name or "x")))} == {}


@pytest.mark.parametrize("upload", ALL, ids=str)
def test_no_file_and_two_files_are_answered(subjects, upload):
    honest, other = upload.honest(subjects.world[OWN]), HOSTILE["bytes of anything"]
    assert wrongs(subjects, upload) == []
    assert wrongs(subjects, upload, file(other), file(honest)) == []
    if upload.needed:
        with transaction.atomic():
            upload.prepare(subjects.world[OWN])
            assert not upload.taken(sent(subjects, upload)), "nothing was sent, and yet it was taken"
            transaction.set_rollback(True)


def test_every_line_that_takes_a_file_is_passed(subjects):
    with Passed() as passed:
        for upload in UPLOADS:
            with transaction.atomic():
                upload.prepare(subjects.world[OWN])
                sent(subjects, upload, file(upload.honest(subjects.world[OWN])))
                transaction.set_rollback(True)
    assert len(written_lines()) >= 14
    assert written_lines() - passed.lines == set(), "这些地方收文件，却没有被上面的检查问到"


def test_a_view_that_breaks_is_noticed(subjects, monkeypatch):
    """A negative control of the judgement."""
    upload = UPLOADS[0]

    def breaks(**_facts):
        raise ZeroDivisionError

    monkeypatch.setattr("payroll.views.uploads.batch_upload", breaks)
    assert wrongs(subjects, upload, file(b"a,b\n1,2\n")) == ["answered 500"]


def test_a_page_that_only_comes_back_is_no_refusal(subjects, monkeypatch):
    upload = next(one for one in UPLOADS if one.name == "accounts:statement_import")
    silent = type("Silent", (Refused,), {"__init__": lambda self, *_facts: Refused.__init__(self, "empty", "")})
    monkeypatch.setattr("accounts.views.statement_imports.Refused", silent)
    assert wrongs(subjects, upload) == ["refused without words (200)"]


def test_something_that_stays_after_a_refusal_is_noticed(subjects, monkeypatch):
    upload = next(one for one in UPLOADS if one.name == "accounts:statement_import")

    def keeps(**_facts):
        StoredFile.objects.create(name="x", sha256="0" * 64, size=1, sealed=b"x")
        raise Refused("empty", "文件是空的，请检查后重新上传。")

    monkeypatch.setattr("accounts.views.statement_imports.statement_upload", keeps)
    (found,) = wrongs(subjects, upload, file(b"a,b\n1,2\n"))
    assert "something stays" in found
