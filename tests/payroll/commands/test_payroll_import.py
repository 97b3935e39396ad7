"""The command as CONTRACT.md promises it: one JSON object, exit codes, and --check writes nothing at all."""

import hashlib
import io
import json

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection

from payroll.models import BankCard, PayrollBatch, PayrollLine, StoredFile, Worker
from payroll.services.files import annotated_open
from responsibilities.models import AuditEvent, Touched
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, id_number, person, sheet_bytes, site

pytestmark = pytest.mark.django_db
KEYS = "file sha256 sheet header_rows columns rows accepted rejected ignored_rows total_net declared_total_net errors warnings "
KEYS += "sheets other_sheets"


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def run(capsys, tmp_path, project):
    """Writes the file, runs the command; returns (exit code, JSON or text, stderr)."""

    def runs(data, *options, name="10月.xlsx", month="2026-10", code=None, as_json=True):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        arguments = [str(path), "--project", code or project.code, "--month", month, *options]
        exit_code = 0
        try:
            call_command("payroll_import", *arguments, *(["--json"] if as_json else []))
        except SystemExit as left:
            exit_code = left.code
        out, err = capsys.readouterr()
        return exit_code, json.loads(out) if as_json else out, err

    return runs


GOOD = sheet_bytes([person(1), person(2)], total="10760.00")


def test_check_says_everything_and_writes_nothing(run):
    before = AuditEvent.objects.count()
    code, said, err = run(GOOD, "--check")
    assert (code, err) == (0, "")
    assert list(said) == KEYS.split()
    assert said["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert (said["sheet"], said["header_rows"]) == ("10月工资", [2])
    assert said["columns"]["name"] == "B"
    assert said["columns"]["net_pay"] == "N"
    assert (said["rows"], said["accepted"], said["rejected"]) == (2, 2, 0)
    assert said["total_net"] == said["declared_total_net"] == "10760.00"
    assert said["ignored_rows"] == [{"row": 5, "why": "total"}]
    for model in (PayrollBatch, PayrollLine, StoredFile, Worker, BankCard, Touched):
        assert not model.objects.exists()
    assert AuditEvent.objects.count() == before


def test_check_sends_no_writing_statement(run):
    statements = []

    def watch(execute, sql, params, many, context):
        statements.append(sql.lstrip().split()[0].upper())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        run(GOOD, "--check", "--rows")
    assert set(statements) <= {"SELECT", "WITH"}


def test_rows_are_listed_with_the_last_four_digits_only(run):
    _code, said, _err = run(GOOD, "--check", "--rows")
    assert said["lines"][0] == {
        "row": 3,
        "name": person(1)["name"],
        "id_last4": id_number(1)[-4:],
        "card_last4": card_number(1)[-4:],
        "days": "26",
        "gross": "5980.00",
        "deductions": "100.00",
        "net": "5380.00",
        "crew": "木工2班",
    }
    assert id_number(1) not in json.dumps(said)


def test_without_check_a_draft_is_made_at_once(run):
    code, said, _err = run(GOOD)
    assert code == 0
    batch = PayrollBatch.objects.get(pk=said["batch"])
    assert batch.status == "draft"
    assert PayrollLine.objects.filter(batch=batch).count() == 2
    assert "lines" not in said


def test_the_same_file_again_is_the_same_batch(run):
    first = run(GOOD)[1]["batch"]
    assert run(GOOD)[1]["batch"] == first
    assert run(GOOD, "--confirm")[1]["batch"] == first
    assert PayrollBatch.objects.get().status == "submitted"
    assert run(GOOD)[1]["batch"] == first


def test_rows_with_errors_exit_with_one_and_are_not_taken(run):
    code, said, err = run(sheet_bytes([person(1), person(2, net_pay=1)]), "--confirm")
    assert (code, err) == (1, "")
    assert [(e["row"], e["cell"], e["code"]) for e in said["errors"]] == [(4, "N4", "net_mismatch")]
    assert (said["accepted"], said["rejected"]) == (1, 1)
    assert PayrollBatch.objects.get(pk=said["batch"]).accepted == 1


def test_confirm_supersedes_the_one_before(run):
    first = run(GOOD, "--confirm")[1]["batch"]
    second = run(sheet_bytes([person(1)]), "--confirm", name="b.xlsx")[1]["batch"]
    assert PayrollBatch.objects.get(pk=first).status == "superseded"
    assert PayrollBatch.objects.get(pk=second).supersedes_id == first


def test_a_subcontractors_sheet_is_its_own(run, cast):
    said = run(GOOD, "--subcontractor", cast.subcontractor.code)[1]
    assert PayrollBatch.objects.get(pk=said["batch"]).subcontractor == cast.subcontractor


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty"), (b"\x89PNG\r\n\x1a\n....", "not_a_sheet"), ("姓名,工种\n张三,木工\n".encode(), "no_net_column")],
)
def test_a_refused_file_says_why_in_one_line_and_leaves_nothing(run, data, code):
    exit_code, said, err = run(data)
    assert exit_code == 2
    assert list(said) == ["refused"]
    assert said["refused"]["code"] == code
    assert err.strip() == said["refused"]["message"]
    assert "\n" not in err.strip()
    assert not PayrollBatch.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"month": "2026-13"}, "bad_month"),
        ({"month": "十月"}, "bad_month"),
        ({"code": "NO-SUCH"}, "not_found"),
        ({"name": "missing.xlsx", "data": None}, "no_file"),
    ],
)
def test_bad_arguments_are_refused_in_chinese(run, change, code):
    given = {"data": GOOD} | change
    exit_code, said, err = run(given.pop("data"), **given)
    assert (exit_code, said["refused"]["code"]) == (2, code)
    assert err.count("\n") == 1


def test_missing_arguments_are_refused_in_one_line(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("payroll_import", "x.xlsx")
    assert left.value.code == 2


def test_an_unknown_subcontractor_is_refused(run, cast):
    assert run(GOOD, "--subcontractor", "NOBODY")[0] == 2
    exit_code, said, _err = run(GOOD, "--subcontractor", cast.developer.code)
    assert (exit_code, said["refused"]["code"]) == (2, "employer_not_on_project")


def test_annotate_writes_the_workbook_even_with_check(run, tmp_path):
    out = tmp_path / "out.xlsx"
    run(sheet_bytes([person(1, net_pay=1)]), "--check", "--annotate", str(out))
    book = openpyxl.load_workbook(out)
    assert "两者不符" in book["10月工资"]["N3"].comment.text
    assert book["核验说明"]["A2"].value.startswith("仅核验，没有导入，可受理 0 行，有错误 1 行")
    assert not PayrollBatch.objects.exists()


def test_the_command_and_the_page_give_the_same_workbook_back(run, tmp_path):
    out = tmp_path / "out.xlsx"
    _code, said, _err = run(
        sheet_bytes([person(1), person(2, net_pay=1, bank_name="星际银行")]), "--annotate", str(out)
    )
    batch = PayrollBatch.objects.get(pk=said["batch"])
    _name, data = annotated_open(batch=batch, actor=Actor.system("test"))

    def told(book):
        front = [[cell.value for cell in row] for row in book["核验说明"].iter_rows()]
        comments = [
            (cell.coordinate, cell.comment.text) for row in book["10月工资"].iter_rows() for cell in row if cell.comment
        ]
        return book.sheetnames, front, comments

    assert told(openpyxl.load_workbook(out)) == told(openpyxl.load_workbook(io.BytesIO(data)))


def test_words_for_people_without_json(run):
    code, said, _err = run(sheet_bytes([person(1), person(2, net_pay=1)]), "--check", as_json=False)
    assert code == 1
    assert "可受理 1 行，有错误 1 行" in said
    assert "没有写入任何数据" in said


def test_the_template_is_filled_and_comes_back_in(run, project, tmp_path, capsys):
    run(GOOD, "--confirm")
    out = tmp_path / "template.xlsx"
    call_command("payroll_template", str(out), "--project", project.code, "--month", "2026-11", "--json")
    assert json.loads(capsys.readouterr().out) == {"file": str(out), "workers": 2}
    book = openpyxl.load_workbook(out)
    page = book.active
    header = {cell.value: cell.column for cell in page[3]}
    for row in (4, 5):
        page.cell(row, header["实发工资"], 5000)
    book.save(out)
    code, said, _err = run(out.read_bytes(), "--check", month="2026-11", name="back.xlsx")
    assert (code, said["accepted"], said["warnings"]) == (0, 2, [])
