"""Sheets from the field, where they lie beside the project: each read as judged by eye, none with a traceback."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from payroll.imports.parse import parse
from payroll.rules.facts import Facts, KnownWorker
from sheets.reader import read
from tests.factories.payroll import site

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.suffix.lower() in {".xls", ".xlsx", ".csv", ".xlsm"})

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not FILES, reason="样例文件不在项目旁边")]

# What stands in each file, by eye: its month, header, columns, people, sums, and what is wrong with it.
READ = {
    "LabourFinancing-58gongzi/paymentBatchPay_template.xlsx": {
        # One sample person; the ID's birth date is 0000-00-01 and the card fails its check.
        "month": "2025-07",
        "header_rows": [1],
        "columns": "name=A id_number=B bank_card=C phone=D net_pay=E",
        "rows": 1,
        "total_net": "1000.00",
        "errors": {"id_birth_date": 1, "card_checksum": 1},
    },
    "LabourFinancing-58gongzi/批量支付错误记录.xlsx": {
        "month": "2025-07",
        "header_rows": [1],
        "columns": "name=A id_number=B bank_card=C phone=D net_pay=E",
        "rows": 1,
        "total_net": "1000.00",
        "errors": {"id_birth_date": 1, "card_checksum": 1},
    },
    "Rabbit1992-salarysheet_maker/工资表模板.xlsx": {
        # Its only sum is called 合计: the last amount of each row, it adds up and nothing is taken off, so it is what
        # is paid. No ID column; the last 17 people have no amounts at all.
        "month": "2025-07",
        "header_rows": [4, 5],
        "columns": "seq=A name=B trade=C net_pay=O remark=P",
        "rows": 82,
        "total_net": "228650.00",
        "declared_total_net": "228650.00",
        "errors": {"id_missing": 82, "amount_invalid": 17},
        "warnings": ["column_by_content"],
        "ignored": {"total": 1, "signature": 1},
    },
    "Zpe1-Software/工资发放表.xlsx": {
        # Two-row header; its deduction columns hold days (3, 7, 4, 1) under a subtotal of 0; three tables below.
        "month": "2025-07",
        "header_rows": [3, 4],
        "columns": "seq=A name=B trade=C days=E gross=G deductions=J net_pay=K signed=L",
        "rows": 4,
        "total_net": "8100.00",
        "errors": {"id_missing": 4},
        "ignored": {"empty": 7, "title": 2, "second_table": 6},
    },
    "adrianx77-sendwage/工资模板.xlsx": {
        # ID and card columns are there and empty; single deductions between gross and net.
        "month": "2025-07",
        "header_rows": [2],
        "columns": "seq=A month=C name=D id_number=E bank_name=G bank_card=H days=N gross=S net_pay=Y",
        "rows": 52,
        "total_net": "440221.60",
        "errors": {"id_missing": 52, "card_missing": 52},
    },
    "docool-autoSendSalaryText/工资表.xls": {
        # Three-row header, pre-numbered rows, 合计, signatures; its line above says 11月份.
        "month": "2025-11",
        "header_rows": [3, 4, 5],
        "columns": "seq=A name=B gross=G deductions=AB net_pay=AD signed=AE",
        "rows": 5,
        "total_net": "17450.00",
        "declared_total_net": "17450.00",
        "errors": {"id_missing": 5},
        "ignored": {"empty": 20, "total": 1, "signature": 1},
    },
    "vouchmanager-empty/biff8-named-xlsx_428-zero-rows.xlsx": {
        # 427 prepared rows whose formulas give 0: nobody.
        "month": "2025-07",
        "header_rows": [1],
        "columns": "month=B name=C gross=L deductions=X net_pay=Y",
        "rows": 0,
        "total_net": "0.00",
        "ignored": {"empty": 427},
    },
    "wuleiCN-yzt/薪资输入项导入-默认薪资方案.xlsx": {
        "month": "2025-07",
        "header_rows": [1],
        "columns": "name=C id_number=D advance=F days=H unit_price=I net_pay=K gross=L",
        "rows": 0,
        "total_net": "0.00",
    },
    "xn-gchf-oss/07.项目人员工资导入模板.xlsx": {
        "month": "2025-07",
        "header_rows": [1],
        "columns": "crew=C name=D month=E days=H hours=I bank_card=J gross=K net_pay=L",
        "rows": 0,
        "total_net": "0.00",
    },
}
REFUSED = {
    # Names, numbers, cards and a credit limit: a register.
    "LabourFinancing-58gongzi/员工信息表.xlsx": "wrong_template",
    "Rabbit1992-salarysheet_maker/加班表模板.xlsx": "wrong_template",
    "Rabbit1992-salarysheet_maker/请假表模板.xlsx": "wrong_template",
    "adayimaxiga-XJTURM/员工刷卡记录表.xls": "wrong_template",
    "pocerberus-project_management/考勤表.xlsx": "wrong_template",
    "vouchmanager-empty/biff8-named-xlsx_3584B.xlsx": "empty",
    "wuleiCN-yzt/人员导入模板.xlsx": "wrong_template",
    "xn-gchf-oss/01.参建单位导入模板.xlsx": "wrong_template",
    "xn-gchf-oss/02.项目班组导入模板.xlsx": "wrong_template",
    "xn-gchf-oss/03.项目人员导入模板.xlsx": "wrong_template",
    "xn-gchf-oss/04.项目人员进退场导入模板.xlsx": "wrong_template",
    "xn-gchf-oss/05.项目人员合同导入模板.xlsx": "wrong_template",
    "xn-gchf-oss/06.项目人员考勤导入模板.xlsx": "wrong_template",
}


@pytest.fixture
def run(cast, capsys):
    """The command on a sample; returns (exit code, JSON, stderr)."""
    project = site(cast)

    def runs(path, month="2026-10"):
        code = 0
        try:
            call_command("payroll_import", str(path), "--project", project.code, "--month", month, "--json", "--rows")
        except SystemExit as left:
            code = left.code
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return runs


def test_every_payroll_sample_has_its_expectation():
    names = {str(path.relative_to(SAMPLES / "payroll")) for path in FILES if path.is_relative_to(SAMPLES / "payroll")}
    assert names == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_a_payroll_sample_is_read_as_it_stands(name, run):
    expected = READ[name]
    _code, said, _err = run(SAMPLES / "payroll" / name, expected["month"])
    assert said["header_rows"] == expected["header_rows"]
    assert said["columns"] == dict(pair.split("=") for pair in expected["columns"].split())
    assert (said["rows"], said["total_net"]) == (expected["rows"], expected["total_net"])
    assert said["declared_total_net"] == expected.get("declared_total_net")
    assert Counter(error["code"] for error in said["errors"]) == Counter(expected.get("errors", {}))
    assert Counter(row["why"] for row in said["ignored_rows"]) == Counter(expected.get("ignored", {}))
    assert [warning["code"] for warning in said["warnings"]] == expected.get("warnings", [])
    assert (len(said["sheets"]), said["other_sheets"]) == (1, [])


# Who can be told by name once the roster knows the people: file → lines, and what is still wrong.
BY_NAME = {
    "Rabbit1992-salarysheet_maker/工资表模板.xlsx": (65, {"amount_invalid": 17}),
    "Zpe1-Software/工资发放表.xlsx": (4, {}),
    # 刘志斌15, 刘志斌16 …: a number behind the name is no part of it, and one name is one person. No card either.
    "adrianx77-sendwage/工资模板.xlsx": (0, {"card_missing": 52, "duplicate_worker": 51}),
    "docool-autoSendSalaryText/工资表.xls": (5, {}),
}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_sample_without_id_numbers_is_linked_by_a_roster_that_names_its_people(name):
    lines, errors = BY_NAME[name]
    facts = Facts(workers_named=lambda one: [KnownWorker(one, one)])
    found = parse(read((SAMPLES / "payroll" / name).read_bytes()), month=READ[name]["month"], facts=facts)
    assert (len(found.lines), found.accepted) == (lines, lines)
    assert Counter(remark.code for remark in found.errors) == Counter(errors)
    assert all(line.worker.name == line.name for line in found.lines)
    named = [remark.row for remark in found.warnings if remark.code == "matched_by_name"]
    assert {line.row for line in found.lines} <= set(named)


@pytest.mark.parametrize("name", BY_NAME)
def test_two_of_a_name_on_the_roster_are_asked_and_never_guessed(name):
    facts = Facts(workers_named=lambda one: [KnownWorker(1, one), KnownWorker(2, one)])
    found = parse(read((SAMPLES / "payroll" / name).read_bytes()), month=READ[name]["month"], facts=facts)
    assert found.lines == []
    assert Counter(remark.code for remark in found.errors)["id_missing"] == READ[name]["rows"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_payroll_is_refused_by_what_it_is(name, run):
    _code, said, _err = run(SAMPLES / "payroll" / name)
    assert said["refused"]["code"] == REFUSED[name]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_sample_is_answered_with_one_object(path, run):
    code, said, err = run(path)
    if "refused" in said:
        assert code == 2
        assert err.strip() == said["refused"]["message"]
    else:
        assert code == (1 if said["rejected"] else 0)
        assert said["rows"] == said["accepted"] + said["rejected"]
        assert len(said["lines"]) == said["accepted"]
        assert {error["row"] for error in said["errors"]}.isdisjoint(line["row"] for line in said["lines"])
