"""No export can run as a program: every address and every command that gives out a table, asked for hostile data.

Generated: every address that may be read is asked plainly and for its export; every line of the code that names a
download must have been passed on the way, so that a new export can't be forgotten.
"""

import csv
import datetime
import io
import re
import sys
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from xml.etree import ElementTree

import openpyxl
import pytest
from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection, models, transaction
from django.http.response import ResponseHeaders
from django.urls import URLPattern, reverse

from accounts.models import StatementLine
from payroll.models import AttendanceSheet
from payroll.rules.bank_files import Payer, Payment, is_plain
from payroll.rules.bank_layouts import LAYOUTS
from payroll.services.attendance.reading import attendance_read
from payroll.services.attendance.uploads import attendance_upload
from payroll.services.bank_files import bank_file_bytes
from responsibilities.services.trail import Actor
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.access.addresses import Subjects, askers, routes
from tests.access.downloading import DOWNLOAD, speaks_of_files
from tests.access.expectations import EXPECTATIONS
from tests.access.passing import ROOMS, lines_passed, ours, written_lines
from tests.factories.payroll import draft, person, sheet_bytes
from tests.factories.people import attended
from tests.factories.world import FOREIGN_UNIT, OWN, Place

pytestmark = pytest.mark.django_db
BEGINNINGS = ("=", "+", "-", "@", "\t", "＝", "=cmd|' /C calc'!A0+")
RISKY = re.compile(r"[=+\-@\t\r＝＋－＠]")
NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?")
# Words that people or other systems give us; codes, digests and numbers have forms of their own.
WORDS = {
    "account_name", "actor_name", "address", "answer", "article", "bank_message", "bank_name", "bank_receipt_number",
    "bank_reference", "consequence", "counterparty_name", "crew", "deduction_reason", "ended_reason", "funding_source",
    "instrument", "label", "left_reason", "legal_basis", "legal_representative", "measuring_cycle", "message", "name",
    "note", "number", "object_name", "objections", "organization_name", "payment_note", "person_name", "place",
    "price_unit", "purpose", "reason", "reference", "remark", "sheet", "short_name", "should_be", "signed_name",
    "source", "statement", "statement_note", "text", "trade", "unit", "void_reason",
}  # fmt: skip
# Files that go out as they came in, or aren't tables: nothing of ours is in them.
AS_THEY_CAME = {
    "payroll:original",
    "payroll:attendance_original",
    "payroll:contract_scan",
    "payroll:signed_settlement",
    "payroll:card_evidence",
    "payroll:payout_download",  # a stand-in's bytes here; the layouts have a test of their own below
}
# Blanks that are filled in by their reader.
WITHOUT_WORDS = {"accounts:register_template", "payroll:people_template"}


# ── hostile data ───────────────────────────────────────────────────────


def poison() -> int:
    """Every word that stands in the database begins as a formula does; how many were changed."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the trail itself, too
        for model in apps.get_models():
            if model._meta.app_label not in ROOMS or model._meta.pk.get_internal_type() not in (
                "AutoField",
                "BigAutoField",
            ):
                continue
            for one in model._meta.concrete_fields:
                if one.name not in WORDS or not isinstance(one, models.CharField | models.TextField) or one.choices:
                    continue
                table, column, longest = model._meta.db_table, one.column, one.max_length or 10_000
                cursor.execute(
                    f'UPDATE "{table}" SET "{column}" = left((%s::text[])[id %% %s + 1] || "{column}", %s)'
                    f" WHERE \"{column}\" <> ''",
                    [list(BEGINNINGS), len(BEGINNINGS), longest],
                )
                changed += cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
    return changed


def hostile_rows() -> list[dict]:
    """People whose names, crews and banks begin so, and people of whom only the crew does."""
    rows = [
        person(n, name=f"{beginning}{person(n)['name']}", crew=f"{beginning}一班", bank_name=f"{beginning}银行")
        for n, beginning in enumerate(BEGINNINGS, start=50)
    ]
    return rows + [person(60 + n, crew=f"{beginning}一班") for n, beginning in enumerate(BEGINNINGS)]


def hostile_attendance(place: Place) -> AttendanceSheet:
    """A sheet of attendance that was read; nobody knows these people, so it is full of remarks."""
    days = [f"{day}" for day in range(1, 29)]
    rows = [[f"{beginning}王伟", f"{beginning}一班", *["√"] * len(days)] for beginning in BEGINNINGS]
    box = io.BytesIO()
    write_xlsx(box, [OutSheet("考勤", [OutColumn(title) for title in ("姓名", "班组", *days)], rows)])
    sheet, _new = attendance_upload(
        project=place.project,
        month_on=place.month_on,
        subcontractor=place.submitted.subcontractor,
        name="=考勤.xlsx",
        data=box.getvalue(),
        actor=Actor.system("tests"),
        wake=False,
    )
    attendance_read(sheet.pk)
    sheet.refresh_from_db()
    return sheet


@pytest.fixture(scope="module")
def subjects(subjects, django_db_blocker):
    with django_db_blocker.unblock():
        own = subjects.world[OWN]
        own.batch = draft(own.project, hostile_rows(), month_on=own.month_on, subcontractor=own.batch.subcontractor)
        own.people.sheet = hostile_attendance(own)
        for place in (own, subjects.world[FOREIGN_UNIT]):
            attended(place.project, own.people.entry.worker, [own.month_on])
        StatementLine.objects.update(counterparty_name="某劳务公司", purpose="劳务费")
        assert poison() > 300
    return subjects


# ── what a table may not hold ──────────────────────────────────────────


@dataclass
class Table:
    """What is wrong in a file, and how many of its cells begin as a formula does and are plain text."""

    wrong: list[str] = field(default_factory=list)
    kept: int = 0


def looked_at(data: bytes) -> Table:
    """A workbook or a text table, by its bytes."""
    return _workbook(data) if data.startswith(b"PK") else _text(data)


def _workbook(data: bytes) -> Table:
    table = Table()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        shared = []
        for name in archive.namelist():
            if name.startswith(("xl/externalLinks", "xl/vba", "xl/embeddings", "customUI")):
                table.wrong.append(name)
            if name == "xl/sharedStrings.xml":
                shared = ["".join(item.itertext()) for item in ElementTree.fromstring(archive.read(name))]
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            for cell in ElementTree.fromstring(archive.read(name)).iter():
                kind = cell.tag.rpartition("}")[2]
                if kind in ("f", "formula", "ddeLink") or (
                    kind == "formula1" and not (cell.text or "").startswith('"')
                ):
                    table.wrong.append(f"{name} <{kind}> {cell.text}")
                if kind == "c":
                    text = _text_of(cell, shared)
                    if text is not None and RISKY.match(text):
                        table.kept += 1
    return table


def _text_of(cell, shared: list[str]) -> str | None:
    value = next((one for one in cell if one.tag.endswith("}v")), None)
    if cell.get("t") == "s":
        return shared[int(value.text)]
    if cell.get("t") in ("str", "inlineStr"):
        return "".join(cell.itertext())
    return None


def _text(data: bytes, encoding: str = "utf-8-sig", separator: str = "") -> Table:
    table, text = Table(), data.decode(encoding, errors="replace")
    separator = separator or ("\t" if "\t" in text.split("\n")[0] else ",")
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        for cell in row:
            if RISKY.match(cell) and not NUMBER.fullmatch(cell):
                table.wrong.append(cell)
            table.kept += cell.startswith("'") and bool(RISKY.match(cell.lstrip("'")))
    return table


# ── the addresses ──────────────────────────────────────────────────────


def downloads(subjects: Subjects, patterns: dict[str, URLPattern]) -> dict[str, bytes]:
    """Everything that the addresses give out as a file; where there is an export, that."""
    found = {}
    for name, pattern in patterns.items():
        rule = EXPECTATIONS[name]
        arguments, query = subjects.of(rule.kind, OWN), {"export": "xlsx"}
        if rule.kind == "query_project":
            own = subjects.world[OWN]
            month = own.month_on + datetime.timedelta(days=31)  # the last one has a sheet to copy
            query |= {
                "project": arguments["code"],
                "month": f"{month:%Y-%m}",
                "employer": own.submitted.subcontractor.code,
            }
            arguments = {}
        for client in islice(askers(subjects, name), None if speaks_of_files(pattern) else 1):
            with transaction.atomic():
                answer = client.get(reverse(name, kwargs=arguments), query)
                data = b"".join(answer.streaming_content) if answer.streaming else answer.content
                transaction.set_rollback(True)
            if answer.get("Content-Disposition", "").startswith("attachment"):
                found[name] = data
                break
    return found


def headers_watched(honest, lines):
    """Notes whoever sets the header of a download, and whoever called for it."""

    def noted(headers, key, value):
        frame = sys._getframe(1) if key == "Content-Disposition" else None
        while frame:
            lines.update(ours(frame))
            frame = frame.f_back
        honest(headers, key, value)

    return noted


def passing():
    return lines_passed(ResponseHeaders, "__setitem__", headers_watched)


@pytest.fixture(scope="module")
def walked(subjects, django_db_blocker):
    """The files of all addresses, and the lines of code that named them."""
    patterns = {
        name: pattern
        for name, pattern in routes()
        if name in EXPECTATIONS and EXPECTATIONS[name].reads and not EXPECTATIONS[name].api
    }
    with django_db_blocker.unblock(), passing() as lines:
        return downloads(subjects, patterns), lines


def test_no_table_that_an_address_gives_out_runs(walked):
    files, _lines = walked
    tables = {name: looked_at(data) for name, data in files.items() if name not in AS_THEY_CAME}
    assert {name: table.wrong for name, table in tables.items() if table.wrong} == {}
    hostile = {name for name, table in tables.items() if table.kept}
    assert tables.keys() - hostile <= WITHOUT_WORDS, "the hostile words didn't reach these files"
    assert len(hostile) > 15


def test_every_line_that_names_a_download_was_passed(walked):
    _files, lines = walked
    assert written_lines(DOWNLOAD) - lines == set(), "这些地方给出文件，却没有被上面的检查问到"


def test_a_download_that_was_not_asked_for_is_noticed(subjects):
    """A negative control."""
    one = {name: pattern for name, pattern in routes() if name == "payroll:list"}
    with passing() as lines:
        assert list(downloads(subjects, one)) == ["payroll:list"]
    passed_there = {file for file, _line in written_lines(DOWNLOAD) & lines}
    assert passed_there == {"payroll/views/listing.py", "responsibilities/views/downloads.py"}
    assert {file for file, _line in written_lines(DOWNLOAD) - lines} > {"payroll/views/problems.py"}


# ── the commands ───────────────────────────────────────────────────────


def commands_that_write() -> set[tuple[str, str]]:
    """(command, argument) of everything that says to save a file."""
    return {
        (name, action.dest)
        for name, room in get_commands().items()
        if room in (*ROOMS, "zhangye_wages")
        for action in load_command_class(room, name).create_parser("manage.py", name)._actions
        if ".xlsx" in str(action.metavar) or ".csv" in str(action.metavar)
    }


def test_no_table_that_a_command_writes_runs(subjects, tmp_path):
    own = subjects.world[OWN]
    out, sheet = tmp_path / "out.xlsx", tmp_path / "in.xlsx"
    sheet.write_bytes(sheet_bytes(hostile_rows()))
    month = f"{own.month_on:%Y-%m}"
    calls = {
        ("project_template", "out"): [str(out)],
        ("payroll_template", "out"): [str(out), "--project", own.project.code, "--month", month],
        ("payroll_import", "annotate"):
            [str(sheet), "--project", own.project.code, "--month", month, "--check", "--annotate", str(out)],
    }  # fmt: skip
    assert commands_that_write() == calls.keys(), "请写明这个命令怎样调用"
    for (name, _argument), given in calls.items():
        with suppress(SystemExit):  # 1: done, with findings
            call_command(name, *given, stdout=io.StringIO(), stderr=io.StringIO())
        table = looked_at(out.read_bytes())
        assert table.wrong == [], name
        assert table.kept or name == "project_template", name
        out.unlink()


# ── negative controls: what runs is seen ──────────────────────────────


def test_a_formula_in_a_workbook_and_in_a_text_table_is_noticed():
    book, box = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["'=1", '=HYPERLINK("http://example.com")'])
    book.save(box)
    (wrong,) = looked_at(box.getvalue()).wrong
    assert "HYPERLINK" in wrong
    for separator in ",\t":
        line = separator.join(["甲", "=1+1", "-5,000.00", "'=1", "＝cmd"]) + "\r\n"
        if separator == ",":
            line = line.replace("-5,000.00", '"-5,000.00"')
        table = looked_at(line.encode("utf-8-sig"))
        assert (table.wrong, table.kept) == (["=1+1", "＝cmd"], 1)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_banks_file_holds_no_name_that_runs(layout):
    """Who is named so is held back; and were one let through, a workbook's cell would still be text."""
    payments = [
        Payment(seq=n, name=f"{beginning}王伟", card=person(n)["bank_card"], amount=Decimal("5380.00"))
        for n, beginning in enumerate(BEGINNINGS, start=1)
    ]
    assert not any(is_plain(payment.name) for payment in payments)
    plain = [replace(payment, name="王伟") for payment in payments]
    payer = Payer(
        account="6210000000000009999", account_name="专户", bank_name="甘肃银行", purpose="工资", day="20261116"
    )
    for given in (plain, payments) if layout.kind == "xlsx" else (plain,):
        data = bank_file_bytes(layout, given, payer)
        if layout.kind == "fixed":
            assert not any(RISKY.match(line) for line in data.decode(layout.encoding).splitlines())
        else:
            table = looked_at(data) if layout.kind == "xlsx" else _text(data, layout.encoding, layout.separator)
            assert table.wrong == []
