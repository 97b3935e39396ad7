"""Importing a register: every error told, good rows written, twice is once, irregularities are warnings."""

import datetime
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import Allocation, AllocationPeriod
from accounts.services.register_import import register_import
from accounts.services.register_template import register_template
from projects.imports.register import SHEETS
from projects.models import Approval, Contract, Project, ProjectParty
from responsibilities.models import AuditEvent, Organization, Touched
from responsibilities.selectors.clock import SHANGHAI
from sheets.reader import read
from sheets.refusal import Refusal
from tests.factories.projects import SYSTEM, TODAY, registered_project, workbook
from tests.factories.responsibilities import ObstacleFactory, uscc

pytestmark = pytest.mark.django_db

HEAD = [
    "项目编号",
    "项目名称",
    "县区",
    "项目类型",
    "投资性质",
    "资金来源",
    "资金落实",
    "合同价款",
    "建设单位",
    "建设单位统一社会信用代码",
    "施工总承包单位",
    "施工总承包单位统一社会信用代码",
    "合同签订日期",
    "人工费用比例",
    "每月拨付日",
    "实际开工日期",
    "陇明公项目编码",
    "纳入陇明公日期",
]
ROW = [
    "GZ-2026-001",
    "甘州区滨河新区幼儿园",
    "甘州区",
    "房屋建筑",
    "政府投资",
    "地方专项债券",
    "是",
    32_000_000,
    "张掖市滨河投资有限公司",
    uscc(11),
    "甘肃河西建工有限公司",
    uscc(12),
    "2026-07-20",
    "30%",
    25,
    datetime.date(2026, 8, 10),
    "LMG-2026-001",
    "2026年9月3日",
]
APPROVAL_HEAD = ["项目编号", "审批事项", "批准文号", "批准日期", "资金来源", "审批部门", "人社接收时间"]
APPROVAL = ["GZ-2026-001", "立项审批", "甘区发改〔2026〕15号", "2026-03-02", None, "发改委", "2026-03-04 10:20"]
CREDIT_HEAD = ["项目编号", "所属月份", "当月完成工程价款", "到账日期", "拨付金额", "银行回单号", "无产值说明日期"]
CREDIT = ["GZ-2026-001", "2026-09", 5_000_000, "2026-09-25", 1_500_000, "HD0001", None]


def changed(row, head=None, **values):
    """A row with some cells changed, by header."""
    head = head or HEAD
    copy = list(row)
    for name, value in values.items():
        copy[head.index(name)] = value
    return copy


def full():
    return workbook(项目=[HEAD, ROW], 审批=[APPROVAL_HEAD, APPROVAL], 拨付=[CREDIT_HEAD, CREDIT])


def take(data, **fields):
    return register_import(data=data, file_name="登记表.xlsx", actor=SYSTEM, today=TODAY, **fields)


def codes(remarks):
    return [remark.code for remark in remarks]


def test_a_whole_register_becomes_project_parties_contract_approval_and_credit():
    imported = take(full())
    assert (imported.errors, imported.warnings) == ([], [])
    project = Project.objects.get(code="GZ-2026-001")
    assert project.actual_start_on == datetime.date(2026, 8, 10)
    assert project.enrolled_on == datetime.date(2026, 9, 3)
    assert project.funds_in_place is True
    assert project.pinyin_initials == "gzqbhxqyey"
    parties = {(row.part, row.organization.code) for row in project.parties.all()}
    assert parties == {
        ("developer", uscc(11)),
        ("general_contractor", uscc(12)),
        ("human_resources", "620702-rsj"),
        ("industry_unit", "620702-zjj"),
        ("finance", "620702-czj"),
        ("approving_unit", "620702-fgw"),
    }
    contract = Contract.objects.get(project=project)
    assert (contract.value, contract.labour_cost_ratio, contract.allocation_day) == (
        Decimal("32000000.00"),
        Decimal("0.3000"),
        25,
    )
    approval = Approval.objects.get(project=project)
    assert approval.pushed_at == datetime.datetime(2026, 3, 4, 10, 20, tzinfo=SHANGHAI)
    assert approval.receipt_number == f"HZ-20260304-{approval.pk:06d}"
    assert approval.funding_source == "地方专项债券"
    period = AllocationPeriod.objects.get(project=project)
    assert (period.month_on, period.completed_value) == (datetime.date(2026, 9, 1), Decimal("5000000.00"))
    assert Allocation.objects.get().amount == Decimal("1500000.00")


def test_unknown_enterprises_are_created_from_name_and_credit_code():
    take(full())
    developer = Organization.objects.get(uscc=uscc(11))
    assert (developer.name, developer.kind, developer.code) == ("张掖市滨河投资有限公司", "enterprise", uscc(11))
    assert developer.pinyin_initials == "zysbhtzyxgs"


def test_importing_the_same_register_twice_changes_nothing():
    take(full())
    Touched.objects.all().delete()
    state = lambda: (  # noqa: E731
        list(Project.objects.values()),
        list(ProjectParty.objects.values().order_by("pk")),
        list(Contract.objects.values()),
        list(Approval.objects.values()),
        list(AllocationPeriod.objects.values()),
        list(Allocation.objects.values()),
        Organization.objects.count(),
        AuditEvent.objects.count(),
    )
    before = state()
    imported = take(full())
    assert state() == before
    assert not Touched.objects.exists()
    assert {name: counts.unchanged for name, counts in imported.sheets.items()} == {"项目": 1, "审批": 1, "拨付": 1}


def test_a_second_register_updates_what_it_says_and_leaves_what_it_leaves_blank():
    take(full())
    imported = take(workbook(项目=[HEAD, changed(ROW, 项目名称="甘州区滨河幼儿园", 资金来源=None, 合同价款=None)]))
    assert imported.sheets["项目"].updated == 1
    project = Project.objects.get()
    assert (project.name, project.funding_source, project.version) == ("甘州区滨河幼儿园", "地方专项债券", 2)
    assert project.contract_value == Decimal("32000000.00")
    assert project.pinyin_initials == "gzqbhyey"


def test_a_check_says_the_same_and_writes_nothing():
    checked = take(full(), check=True)
    assert not Project.objects.exists()
    assert not Organization.objects.filter(uscc=uscc(11)).exists()
    assert not AuditEvent.objects.filter(action="register_import").exists()
    assert checked.sheets == take(full()).sheets


def test_every_row_tells_all_its_errors_and_the_good_rows_are_written():
    rows = [
        HEAD,
        ROW,
        changed(ROW, 项目编号=None, 县区="酒泉市", 合同价款="三千万", 实际开工日期="2026-02-30"),
        changed(ROW, 项目编号="GZ-2026-003", 项目类型="桥梁", 每月拨付日=32, 人工费用比例="三成"),
        changed(ROW),
        changed(ROW, 项目编号="GZ-2026-005", 建设单位="无名公司", 建设单位统一社会信用代码=None),
        changed(ROW, 项目编号="GZ-2026-006", 项目名称=" ", 建设单位统一社会信用代码="91620700"),
    ]
    imported = take(workbook(项目=rows))
    counts = imported.sheets["项目"]
    assert (counts.rows, counts.created, counts.rejected) == (6, 1, 5)
    assert {(remark.row, remark.cell, remark.code) for remark in imported.errors} == {
        (3, "A3", "code_missing"),
        (3, "H3", "amount_invalid"),
        (3, "P3", "date_invalid"),
        (4, "N4", "ratio_invalid"),
        (4, "O4", "day_invalid"),
        (5, "A5", "duplicate_code"),
        (6, "J6", "uscc_missing"),
        (7, "B7", "name_missing"),
    }
    assert Project.objects.count() == 1


def test_unknown_areas_types_and_units_are_told_together():
    row = changed(ROW, 县区="酒泉市", 项目类型="桥梁", 投资性质="外星投资")
    imported = take(workbook(项目=[HEAD, row]))
    assert codes(imported.errors) == ["area_unknown", "type_unknown", "funding_nature_unknown"]


def test_legal_irregularities_are_warnings_and_are_recorded():
    permit = [
        "GZ-2026-001",
        "施工许可",
        "622201202609010101",
        "2026-09-01",
        None,
        "甘州区住建局",
        datetime.date(2026, 9, 3),
    ]
    data = workbook(项目=[HEAD, changed(ROW, 资金来源=None)], 审批=[APPROVAL_HEAD, permit])
    imported = take(data)
    assert imported.errors == []
    assert codes(imported.warnings) == ["no_funding_source", "no_funding_source", "permit_after_start"]
    approval = Approval.objects.get()
    assert approval.breaches == ["no_funding_source", "permit_after_start"]
    assert approval.pushed_at.astimezone(SHANGHAI) == datetime.datetime(2026, 9, 3, 12, tzinfo=SHANGHAI)


def test_a_start_date_in_a_later_register_finds_the_late_permit():
    permit = ["GZ-2026-001", "施工许可", "6222012026", "2026-09-01", None, "甘州区住建局", None]
    take(workbook(项目=[HEAD, changed(ROW, 实际开工日期=None, 纳入陇明公日期=None)], 审批=[APPROVAL_HEAD, permit]))
    assert Approval.objects.get().breaches == []
    take(workbook(项目=[HEAD, ROW]))
    assert Approval.objects.get().breaches == ["permit_after_start"]


def test_a_barred_contractor_is_a_warning_in_a_register(cast):
    ObstacleFactory(organization=cast.contractor)
    row = changed(ROW, 施工总承包单位=cast.contractor.name, 施工总承包单位统一社会信用代码=None)
    imported = take(workbook(项目=[HEAD, row]))
    assert (codes(imported.errors), codes(imported.warnings)) == ([], ["obstacle"])


def test_a_receipt_on_record_is_never_moved():
    take(full())
    later = changed(APPROVAL, APPROVAL_HEAD, 人社接收时间="2026-03-09 09:00")
    imported = take(workbook(审批=[APPROVAL_HEAD, later]))
    assert codes(imported.warnings) == ["receipt_kept"]
    assert Approval.objects.get().pushed_at == datetime.datetime(2026, 3, 4, 10, 20, tzinfo=SHANGHAI)
    assert imported.sheets["审批"].unchanged == 1


def test_a_reception_before_the_approval_is_an_error():
    row = changed(APPROVAL, APPROVAL_HEAD, 人社接收时间="2026-03-01")
    imported = take(workbook(项目=[HEAD, ROW], 审批=[APPROVAL_HEAD, row]))
    assert [(remark.sheet, remark.cell, remark.code) for remark in imported.errors] == [
        ("审批", "G2", "date_contradicts")
    ]
    assert not Approval.objects.exists()
    assert Project.objects.exists()


def test_a_bare_unit_name_is_that_of_the_projects_area_and_a_full_one_its_own():
    take(workbook(项目=[HEAD, ROW], 审批=[APPROVAL_HEAD, changed(APPROVAL, APPROVAL_HEAD, 审批部门="市发改委")]))
    assert Approval.objects.get().approving_unit.code == "620700-fgw"


def test_an_approval_of_an_unknown_project_is_an_error():
    imported = take(workbook(审批=[APPROVAL_HEAD, APPROVAL]))
    assert codes(imported.errors) == ["project_unknown"]


def test_credits_name_their_receipt_once():
    other = changed(CREDIT, CREDIT_HEAD, 拨付金额=1_600_000)
    take(full())
    imported = take(workbook(拨付=[CREDIT_HEAD, other]))
    assert codes(imported.errors) == ["receipt_used"]
    assert Allocation.objects.get().amount == Decimal("1500000.00")
    imported = take(workbook(拨付=[CREDIT_HEAD, CREDIT, changed(CREDIT, CREDIT_HEAD, 所属月份="2026-10")]))
    assert codes(imported.errors) == ["duplicate_receipt"]


@pytest.mark.parametrize("typed", ["hd0001", "ＨＤ０００１", " Hd0001 "])
def test_a_receipt_typed_in_another_way_is_the_same_paper_here_too(typed):
    again = changed(CREDIT, CREDIT_HEAD, 银行回单号=typed)
    imported = take(workbook(项目=[HEAD, ROW], 拨付=[CREDIT_HEAD, CREDIT, again]))
    assert codes(imported.errors) == ["duplicate_receipt"]
    assert take(workbook(拨付=[CREDIT_HEAD, again])).errors == []
    assert Allocation.objects.get().bank_receipt_number == "HD0001"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"银行回单号": None}, "bank_receipt_number_missing"),
        ({"到账日期": None}, "credited_on_missing"),
        ({"所属月份": "2026-13"}, "month_invalid"),
        ({"拨付金额": -5}, "amount_negative"),
        ({"无产值说明日期": "2026-09-28"}, "nil_with_value"),
        ({"当月完成工程价款": None, "拨付金额": None}, "row_empty"),
    ],
)
def test_a_credit_that_says_too_little_or_too_much_is_an_error(values, code):
    imported = take(workbook(项目=[HEAD, ROW], 拨付=[CREDIT_HEAD, changed(CREDIT, CREDIT_HEAD, **values)]))
    assert codes(imported.errors) == [code]


def test_a_nil_statement_is_recorded():
    row = ["GZ-2026-001", "2026-10", None, None, None, None, "2026-10-31"]
    take(workbook(项目=[HEAD, ROW], 拨付=[CREDIT_HEAD, row]))
    assert AllocationPeriod.objects.get().nil_statement_on == datetime.date(2026, 10, 31)


def test_a_csv_is_the_project_sheet_alone():
    text = "项目编号,项目名称,县区,项目类型\nGZ-1,山丹县祁家店水库加固,山丹县,水利\n"
    imported = take(text.encode("gb18030"))
    assert imported.sheets["项目"].created == 1
    assert Project.objects.get().parties.get(part="industry_unit").organization.code == "620725-swj"


def test_one_event_tells_counts_and_digest_and_the_projects_are_touched():
    before = AuditEvent.objects.count()
    imported = take(full())
    event = AuditEvent.objects.get(action="register_import")
    assert AuditEvent.objects.count() == before + 1
    assert event.changes["sha256"][1] == imported.sha256
    assert "新增 1" in event.changes["项目"][1]
    assert Touched.objects.values_list("project_id", flat=True).get() == Project.objects.get().pk


def test_an_officer_imports_into_his_own_area_only(cast):
    rows = [HEAD, ROW, changed(ROW, 项目编号="LZ-1", 县区="临泽县", 陇明公项目编码="LMG-2")]
    officer = cast.officer("zjj", "620702")
    imported = take(workbook(项目=rows), scope=cast.scope(officer))
    assert [(remark.row, remark.code) for remark in imported.errors] == [(3, "out_of_scope")]
    assert Project.objects.get().code == "GZ-2026-001"


def test_a_foreign_project_is_not_changed_by_its_code(cast):
    project = registered_project("GZ-2026-001", area_code="620723")
    imported = take(workbook(项目=[HEAD, ROW]), scope=cast.scope(cast.county_supervisor))
    assert codes(imported.errors) == ["out_of_scope"]
    project.refresh_from_db()
    assert project.version == 1


def test_a_file_that_is_no_register_is_refused():
    with pytest.raises(Refusal) as refused:
        take(workbook(工资=[["姓名", "实发"], ["张三", 1]]))
    assert refused.value.code == "wrong_template"


def test_the_template_reads_back_as_an_empty_register():
    book = read(register_template())
    assert [sheet.name for sheet in book.sheets] == ["项目", "审批", "拨付", "说明"]
    titles = {name: [column.title for column in columns] for name, columns in SHEETS.items()}
    assert {sheet.name: sheet.head(1)[0] for sheet in book.sheets[:3]} == titles
    assert take(register_template()).sheets["项目"].rows == 0


class TestCommand:
    """`manage.py project_import`."""

    def run(self, tmp_path, capsys, data, *options):
        path = tmp_path / "登记表.xlsx"
        path.write_bytes(data)
        try:
            call_command("project_import", str(path), "--today", str(TODAY), *options)
            code = 0
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        return code, out.out, out.err

    def test_json_is_one_object_and_clean_rows_exit_0(self, tmp_path, capsys):
        code, out, err = self.run(tmp_path, capsys, full(), "--json")
        facts = json.loads(out)
        assert (code, err) == (0, "")
        assert set(facts) == {"file", "sha256", "sheets", "errors", "warnings"}
        assert facts["sheets"]["项目"] == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0}

    def test_errors_exit_1_with_their_place(self, tmp_path, capsys):
        code, out, _ = self.run(tmp_path, capsys, workbook(项目=[HEAD, changed(ROW, 县区="酒泉市")]), "--json")
        (error,) = json.loads(out)["errors"]
        assert code == 1
        assert (error["sheet"], error["row"], error["cell"], error["code"]) == ("项目", 2, "C2", "area_unknown")
        assert "酒泉市" in error["message"]

    def test_a_refused_file_exits_2_with_one_line(self, tmp_path, capsys):
        code, out, err = self.run(tmp_path, capsys, b"no sheet at all\x00\x01", "--json")
        assert code == 2
        assert err.count("\n") == 1
        assert "Traceback" not in err
        assert json.loads(out)["refused"]["code"] == "not_a_sheet"

    def test_warnings_alone_exit_0(self, tmp_path, capsys):
        code, out, _ = self.run(tmp_path, capsys, workbook(项目=[HEAD, changed(ROW, 资金来源=None)]), "--json")
        assert code == 0
        assert [warning["code"] for warning in json.loads(out)["warnings"]] == ["no_funding_source"]

    def test_a_check_writes_nothing(self, tmp_path, capsys):
        assert self.run(tmp_path, capsys, full(), "--check")[0] == 0
        assert not Project.objects.exists()

    def test_the_template_is_written(self, tmp_path):
        target = tmp_path / "模板.xlsx"
        call_command("project_template", str(target))
        assert target.read_bytes()[:2] == b"PK"
