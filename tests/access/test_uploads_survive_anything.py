"""No address that takes a file breaks on one: whatever is sent, it is taken or refused in words, and nothing half-done
stays.

Every address is asked with an honest file first, so that it is known to be reached; every line of the code that reads a
file must have been passed, so that a new upload can't be forgotten.
"""

import re
import sys
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
    PayrollBatch,
    StoredFile,
)
from payroll.services.attendance.reading import attendance_read
from payroll.services.pay_links import pay_token
from payroll.services.reading import batch_read
from payroll.services.result_reading import result_read
from projects.models import Project
from responsibilities.rules.errors import Refused
from responsibilities.services.tokens import token_create
from tests.access.addresses import Subjects
from tests.access.passing import lines_passed, ours, written_lines
from tests.access.uploads import ALL, API, HOSTILE, NAMES, UPLOADS, Upload
from tests.factories.world import OWN

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


def files_watched(honest, lines):
    """Notes whoever reads a request's files."""

    def noted(request):
        lines.update(ours(sys._getframe(1)))
        return honest.__get__(request)

    return property(noted)


def address(subjects: Subjects, upload: Upload) -> str:
    own = subjects.world[OWN]
    own.submitted.refresh_from_db()
    kinds = {
        "submitted": lambda: {"pk": own.submitted.pk},
        "failed_line": lambda: {"pk": own.payout_file.payouts.first().line_id},
        "token": lambda: {"token": pay_token(own.submitted.confirmations.filter(state="pending").first().key)},
    }
    return reverse(upload.name, kwargs=kinds[upload.kind]() if upload.kind in kinds else subjects.of(upload.kind, OWN))


def sent(subjects: Subjects, upload: Upload, *files: SimpleUploadedFile, **also: str):
    """The answer to one request with `also` beside the form's fields, through the whole stack; a crash is a 500."""
    own = subjects.world[OWN]
    client, headers = Client(raise_request_exception=False), {}
    if upload is API:
        headers = {"Authorization": f"Token {token_create(subjects.world.cast.users[upload.who])}"}
    elif upload.who:
        client.force_login(subjects.world.cast.users[upload.who])
    fields = {name: value for name, value in upload.others(own).items() if value is not None}
    if files:
        fields[upload.field] = list(files) if len(files) > 1 else files[0]
    return client.post(address(subjects, upload), fields | also, headers=headers)


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


def test_every_line_that_takes_a_file_is_passed_and_no_question_loses_one(subjects):
    with lines_passed(WSGIRequest, "FILES", files_watched) as lines:
        for upload in UPLOADS:
            with transaction.atomic():
                upload.prepare(subjects.world[OWN])
                # A page that asks first couldn't carry the file on.
                answer = sent(subjects, upload, file(upload.honest(subjects.world[OWN])), _ask="确认上传吗？")
                assert upload.taken(answer), upload
                transaction.set_rollback(True)
    assert len(written_lines(TAKES_A_FILE)) >= 14
    assert written_lines(TAKES_A_FILE) - lines == set(), "这些地方收文件，却没有被上面的检查问到"


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
