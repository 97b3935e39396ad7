"""Rosters, entries and exits, contracts by sheet: the national templates, site clerks' own, and what isn't one."""

import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payroll.imports.people_sheets import Kind, parse_people
from payroll.models import BankCard, LabourContract, RosterEntry, SiteStay, Worker
from payroll.services.people_import import people_import_file
from responsibilities.rules.errors import Refused
from responsibilities.services.trail import Actor
from sheets.reader import Sheet, Workbook, read
from sheets.refusal import Refusal
from tests.factories.payroll import card_number, id_number, person, site
from tests.factories.people import on_roster, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "payroll"
ROSTER = [
    "企业统一社会信用代码",
    "企业名称",
    "班组名称",
    "工人姓名",
    "是否班组长",
    "证件号码",
    "当前工种",
    "发放工资银行卡号",
    "发放工资银行名称",
    "手机号码",
    "开始工作日期",
]
STAYS = ["企业统一社会信用代码", "工人所属企业名称", "工人所属班组名称", "工人姓名", "证件号码", "进退场日期", "类型"]
CONTRACTS = [
    "企业统一社会信用代码",
    "工人所属企业名称",
    "工人姓名",
    "证件号码",
    "合同期限类型",
    "生效日期",
    "失效日期",
    "计量单位",
    "计量单价",
]


def day(number, month=9):
    return datetime.date(2026, month, number)


@pytest.fixture
def project(cast):
    return site(cast)


def name(n):
    return person(n)["name"]


def file(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    box = BytesIO()
    book.save(box)
    return box.getvalue()


def roster_row(n, corp=None, entered="2026-09-01", **changes):
    row = [
        None,
        corp,
        "木工班",
        name(n),
        "否",
        id_number(n),
        "木工",
        card_number(n),
        "甘肃银行",
        f"139{n:08d}",
        entered,
    ]
    for at, value in changes.items():
        row[int(at[1:])] = value
    return row


def imported(cast, project, data, *, check=False, subcontractor="sub", scope=None):
    return people_import_file(
        project=project,
        subcontractor=cast.subcontractor if subcontractor == "sub" else subcontractor,
        data=data,
        check=check,
        actor=SYSTEM,
        scope=scope,
    )


def codes(found, severity="error"):
    return [(remark.row, remark.code) for remark in found.parsed.remarks if remark.severity == severity]


def test_a_roster_makes_workers_cards_entries_and_stays(cast, project):
    data = file(ROSTER, roster_row(1), roster_row(2, entered=None))
    check = imported(cast, project, data, check=True)
    assert (check.writes, Worker.objects.count()) == (5, 0), "a check writes nothing"
    found = imported(cast, project, data)
    assert (found.workers, found.entries, found.stays) == (2, 2, 1)
    entry = RosterEntry.objects.get(worker__name=name(1))
    assert (entry.crew, entry.trade, entry.entered_on, entry.employer) == ("木工班", "木工", day(1), cast.subcontractor)
    assert BankCard.objects.count() == 2
    assert codes(found, "warning") == [(2, "no_contract")]
    again = imported(cast, project, data)
    assert (again.writes, again.unchanged) == (0, 1)


def test_every_row_with_an_error_is_told_and_the_others_are_taken(cast, project):
    wrong = id_number(2)[:-1] + ("1" if id_number(2)[-1] != "1" else "2")
    found = imported(
        cast,
        project,
        file(
            ROSTER,
            roster_row(1),
            roster_row(2, _5=wrong),
            roster_row(3, _3=None),
            roster_row(4, _7="6217001"),
            roster_row(5, _10="去年"),
            roster_row(6, corp="不在场的公司"),
            roster_row(1),
            roster_row(7, _5=None),
        ),
    )
    assert codes(found) == [
        (3, "id_checksum"), (4, "name_missing"), (5, "card_length"), (6, "date_invalid"), (8, "duplicate_worker"),
        (9, "id_missing"), (7, "corp_unknown"),
    ]  # fmt: skip
    assert found.workers == 1


def test_the_page_tells_remarks_in_the_order_of_the_rows(cast, project, client):
    """What the register says of a row is found after the whole sheet was read."""
    client.force_login(cast.labour_officer)
    rows = ROSTER, roster_row(1), roster_row(6, corp="不在场的公司"), roster_row(3, _3=None), roster_row(4)
    upload = {"project": project.code, "employer": cast.subcontractor.code}
    page = client.post("/payroll/workers/import/", upload | {"file": SimpleUploadedFile("a.xlsx", file(*rows))})
    assert codes(page.context["imported"])[-1][0] == 3, "the control: not so as they were found"
    assert [remark.row for remark in page.context["errors"]] == [3, 4]


def test_a_row_that_names_its_company_goes_to_that_company(cast, project):
    imported(cast, project, file(ROSTER, roster_row(1, corp=cast.other_subcontractor.name), roster_row(2)))
    assert {entry.employer for entry in RosterEntry.objects.all()} == {cast.subcontractor, cast.other_subcontractor}


def test_a_subcontractor_cannot_register_for_another(cast, project):
    scope = cast.scope(cast.subcontractor_clerk)
    found = imported(cast, project, file(ROSTER, roster_row(1, corp=cast.other_subcontractor.name)), scope=scope)
    assert codes(found) == [(2, "corp_unknown")]
    with pytest.raises(Refused):
        imported(cast, project, file(ROSTER, roster_row(1)), subcontractor=None, scope=scope)


def stay_row(n, on, kind):
    return [None, None, None, name(n), id_number(n), on, kind]


def test_entries_and_exits_are_taken_in_the_order_of_their_days(cast, project):
    data = file(
        STAYS,
        stay_row(1, "2026-09-20", "退场"),
        stay_row(1, day(1), "进场"),
        stay_row(1, "2026年10月8日", "进场"),
        stay_row(2, "2026/9/3", "1"),
    )
    found = imported(cast, project, data)
    assert (found.stays, found.left, codes(found)) == (3, 1, [])
    assert list(
        SiteStay.objects.filter(entry__worker__name=name(1)).order_by("entered_on").values_list("entered_on", "left_on")
    ) == [
        (day(1), day(20)),
        (day(8, 10), None),
    ]
    assert RosterEntry.objects.get(worker__name=name(1)).entered_on == day(8, 10)
    again = imported(cast, project, data)
    assert (again.writes, again.unchanged, codes(again)) == (0, 4, [])


def test_an_exit_without_an_entry_and_a_second_entry_are_told(cast, project):
    on_roster(project, worker(3), cast.subcontractor, entered_on=day(1))
    found = imported(
        cast,
        project,
        file(STAYS, stay_row(1, day(5), "退场"), stay_row(3, day(9), "进场"), stay_row(4, day(9), "调岗")),
    )
    assert codes(found) == [(4, "event_unknown"), (2, "not_on_site"), (3, "already_on_site")] or codes(found) == [
        (4, "event_unknown"), (3, "already_on_site"), (2, "not_on_site"),
    ]  # fmt: skip


def test_a_known_number_under_another_name_enters_nobody(cast, project):
    worker(1)
    found = imported(cast, project, file(STAYS, [None, None, None, "另一人", id_number(1), day(5), "进场"]))
    assert codes(found) == [(2, "name_differs")]
    assert SiteStay.objects.count() == 0


def contract_row(n, term, start, end, unit, price):
    return [None, None, name(n), id_number(n), term, start, end, unit, price]


def test_contracts_are_taken_with_their_terms_and_prices(cast, project):
    data = file(
        CONTRACTS,
        contract_row(1, "固定期限合同", "2026-09-01", "2027-08-31", "天", 260),
        contract_row(2, "以完成一定工作为期限的合同", "2026-09-01", None, "平方米", "35.5"),
        contract_row(3, "固定期限合同", "2026-09-01", "2026-08-01", "天", 260),
        contract_row(4, "固定期限合同", "2026-09-01", "2027-08-31", None, None),
    )
    found = imported(cast, project, data)
    assert (found.contracts, codes(found), codes(found, "warning")) == (
        3,
        [(4, "ends_before_starting")],
        [(5, "price_missing")],
    )
    one, other = LabourContract.objects.order_by("worker__id")[:2]
    assert (one.task_based, one.ends_on, one.wage_form, one.unit_price) == (
        False,
        datetime.date(2027, 8, 31),
        "daily",
        Decimal(260),
    )
    assert (other.task_based, other.ends_on, other.wage_form, other.unit_price) == (
        True,
        None,
        "piece",
        Decimal("35.50"),
    )
    assert imported(cast, project, data).contracts == 0


def test_entry_after_the_contract_is_no_breach(cast, project):
    imported(cast, project, file(CONTRACTS, contract_row(1, "固定", "2026-09-01", "2027-08-31", "天", 260)))
    found = imported(cast, project, file(STAYS, stay_row(1, day(1), "进场")))
    assert codes(found, "warning") == []


@pytest.mark.parametrize(
    ("titles", "where"),
    [
        (["企业统一社会信用代码", "企业名称", "企业类型", "进场时间", "项目经理名称", "项目经理证件号码"], "项目页"),
        (["企业名称", "班组名称", "责任人姓名", "责任人联系电话", "责任人证件号码"], "班组"),
        (["人员姓名", "证件号码", "刷卡时间", "刷卡进出方向"], "考勤"),
        (["姓名", "身份证号", "银行卡号", "实发工资"], "工资发放"),
    ],
)
def test_another_template_is_sent_where_it_belongs(titles, where):
    with pytest.raises(Refusal) as refusal:
        parse_people(Workbook("xlsx", [Sheet.of([titles, ["x"] * len(titles)])]))
    assert refusal.value.code == "wrong_template"
    assert where in refusal.value.message


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of samples is not here")
@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("xn-gchf-oss/01.参建单位导入模板.xlsx", "wrong_template"),
        ("xn-gchf-oss/02.项目班组导入模板.xlsx", "wrong_template"),
        ("xn-gchf-oss/03.项目人员导入模板.xlsx", "no_people"),
        ("xn-gchf-oss/04.项目人员进退场导入模板.xlsx", "no_people"),
        ("xn-gchf-oss/05.项目人员合同导入模板.xlsx", "no_people"),
        ("xn-gchf-oss/06.项目人员考勤导入模板.xlsx", "wrong_template"),
        ("xn-gchf-oss/07.项目人员工资导入模板.xlsx", "wrong_template"),
        ("wuleiCN-yzt/人员导入模板.xlsx", "no_people"),
        ("LabourFinancing-58gongzi/员工信息表.xlsx", Kind.ROSTER),
    ],
)
def test_the_templates_found_in_the_field(path, outcome):
    book = read((SAMPLES / path).read_bytes())
    if isinstance(outcome, Kind):
        parsed = parse_people(book)
        assert (parsed.kind, [error.code for error in parsed.errors]) == (outcome, ["id_checksum", "card_length"])
        return
    with pytest.raises(Refusal) as refusal:
        parse_people(book)
    assert refusal.value.code == outcome


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of samples is not here")
@pytest.mark.parametrize(
    ("path", "kind", "columns"),
    [
        (
            "xn-gchf-oss/03.项目人员导入模板.xlsx",
            Kind.ROSTER,
            {
                "name",
                "id_number",
                "corp_code",
                "corp_name",
                "crew",
                "trade",
                "phone",
                "bank_card",
                "bank_name",
                "entered_on",
            },
        ),
        (
            "xn-gchf-oss/04.项目人员进退场导入模板.xlsx",
            Kind.STAYS,
            {"name", "id_number", "corp_code", "corp_name", "crew", "event_on", "event_kind"},
        ),
        (
            "xn-gchf-oss/05.项目人员合同导入模板.xlsx",
            Kind.CONTRACTS,
            {
                "name",
                "id_number",
                "corp_code",
                "corp_name",
                "term_kind",
                "starts_on",
                "ends_on",
                "price_unit",
                "unit_price",
            },
        ),
        (
            "wuleiCN-yzt/人员导入模板.xlsx",
            Kind.ROSTER,
            {
                "name",
                "id_number",
                "corp_code",
                "corp_name",
                "crew",
                "trade",
                "phone",
                "bank_card",
                "bank_name",
                "entered_on",
                "left_on",
            },
        ),
    ],
)
def test_the_columns_of_the_templates_are_all_found(path, kind, columns):
    from payroll.imports.people_sheets import _kind_of

    found, header = _kind_of(read((SAMPLES / path).read_bytes()).sheets[0])
    assert (found, set(header.mapping) - {"seq"}) == (kind, columns)
