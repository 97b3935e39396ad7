"""The upload page says what is there already, what replacing means, and offers last month's copy and the template."""

import datetime
import io

import openpyxl
import pytest

from payroll.models import PayrollBatch
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.factories.payouts import special_account
from tests.factories.payroll import draft, person, sheet_bytes

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def november(settings):
    settings.PORTAL_TODAY = "2026-11-23"


def submitted(project, rows, **facts):
    return batch_submit(batch_id=draft(project, rows, **facts).pk, actor=Actor.system("test"))


def shown(client, project, month="2026-10", employer="own"):
    return client.get(f"/payroll/upload/?project={project.code}&month={month}&employer={employer}").content.decode()


def test_nothing_there_is_said_and_so_is_the_account(enter, cast, project):
    text = shown(enter(cast.labour_officer), project)
    assert "2026-10 还没有工资表" in text
    assert "专用账户没有登记，不能代发" in text
    special_account(project, cast.bank)
    assert "专户到账" in shown(enter(cast.labour_officer), project)
    assert "还没有提交过工资表" in text


def test_a_subcontractor_sees_no_account(enter, cast, project):
    text = shown(enter(cast.subcontractor_clerk), project, employer=cast.subcontractor.code)
    assert "还没有工资表" in text
    assert "专户到账" not in text
    assert "专用账户" not in text


def test_an_open_draft_and_a_submitted_one_are_shown_with_what_replacing_means(enter, cast, project):
    current = submitted(project, [person(1)])
    waiting = draft(project, [person(1), person(2)])
    text = shown(enter(cast.labour_officer), project)
    assert f"批次 #{current.pk}</a>，1 行，5,380.00 元，工人确认中" in text
    assert "再提交一份会替换它" in text
    assert "还有一份待提交" in text
    assert f"批次 #{waiting.pk}" in text


@pytest.mark.parametrize("stage", ["paying", "paid"])
def test_once_money_is_on_its_way_it_cannot_be_replaced(enter, cast, project, stage):
    current = submitted(project, [person(1)])
    PayrollBatch.objects.filter(pk=current.pk).update(stage=stage)
    text = shown(enter(cast.labour_officer), project)
    assert "不能再替换" in text
    assert "补发" in text
    assert "再提交一份会替换它" not in text


def test_another_employers_batches_are_not_mixed_in(enter, cast, project):
    submitted(project, [person(1)], subcontractor=cast.subcontractor)
    assert "2026-10 还没有工资表" in shown(enter(cast.labour_officer), project)
    assert "已经提交过" in shown(enter(cast.labour_officer), project, employer=cast.subcontractor.code)


def test_last_month_is_copied_from_the_page(enter, cast, project):
    last = submitted(project, [person(1), person(2)], month_on=SEPTEMBER)
    client = enter(cast.labour_officer)
    assert f"批次 #{last.pk}</a>（2 人）" in shown(client, project)
    response = client.get(f"/payroll/copy/?project={project.code}&month=2026-10&employer=own&amounts=1")
    assert response["Cache-Control"] == "no-store"
    page = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    assert {page.cell(row, 2).value for row in (3, 4)} == {person(1)["name"], person(2)["name"]}


def test_what_cannot_be_copied_comes_back_to_the_page_with_the_reason(enter, cast, project):
    client = enter(cast.labour_officer)
    response = client.get(f"/payroll/copy/?project={project.code}&month=2026-10&employer=own", follow=True)
    assert "没有可以复制的" in response.content.decode()
    assert "selected" in response.content.decode().split(project.code)[1][:20]
    response = client.get(f"/payroll/template/?project={project.code}&month=x", follow=True)
    assert "请先填写工资月份" in response.content.decode()


def test_a_template_names_one_employer_or_everybody(enter, cast, project):
    submitted(project, [person(1)], month_on=SEPTEMBER)
    submitted(project, [person(2)], month_on=SEPTEMBER, subcontractor=cast.subcontractor)
    client = enter(cast.labour_officer)

    def names(employer):
        address = f"/payroll/template/?project={project.code}&month=2026-10&employer={employer}"
        page = openpyxl.load_workbook(io.BytesIO(client.get(address).content)).worksheets[0]
        return {page.cell(row, 2).value for row in range(4, page.max_row + 1)}

    assert names("own") == {person(1)["name"]}
    assert names(cast.subcontractor.code) == {person(2)["name"]}
    assert names("") == {person(1)["name"], person(2)["name"]}


def test_the_project_page_leads_to_copying(enter, cast, project):
    text = enter(cast.labour_officer).get(f"/projects/{project.code}/?tab=payroll").content.decode()
    assert "复制上月" in text


def test_a_bad_month_is_said_and_nothing_stands_beside(enter, cast, project):
    sheet = io.BytesIO(sheet_bytes([person(1)]))
    sheet.name = "a.xlsx"
    response = enter(cast.labour_officer).post(
        "/payroll/upload/", {"project": project.code, "month": "十月", "employer": "own", "file": sheet}
    )
    assert "月份写法不对" in response.content.decode()


def test_a_month_that_has_not_begun_is_neither_offered_nor_read(enter, cast, project, monkeypatch):
    submitted(project, [person(1)], month_on=datetime.date(2026, 10, 1))
    client = enter(cast.labour_officer)
    early = shown(client, project, month="2026-12")
    assert 'max="2026-11"' in early
    assert "2026-12 还没有到，不能上报这个月的工资表。请选择 2026-11 或以前的月份。" in early
    assert 'action="/payroll/copy/"' not in early
    assert 'action="/payroll/template/"' not in early
    for name in ("copy", "template"):
        answer = client.get(f"/payroll/{name}/?project={project.code}&month=2026-12&employer=own", follow=True)
        assert "2026-12 还没有到。请选择 2026-11 或以前的月份。" in answer.content.decode()
    monkeypatch.setattr("payroll.views.uploads.batch_upload", None)  # the form says it, before the file is read
    posted = {"project": project.code, "month": "2026-12", "employer": "own", "file": io.BytesIO(b"x")}
    assert "2026-12 还没有到。请选择 2026-11 或以前的月份。" in client.post("/payroll/upload/", posted).content.decode()


def test_the_month_that_runs_can_be_chosen(enter, cast, project):
    submitted(project, [person(1)], month_on=datetime.date(2026, 10, 1))
    client = enter(cast.labour_officer)
    now = shown(client, project, month="2026-11")
    assert "还没有到" not in now
    assert 'action="/payroll/copy/"' in now
    assert client.get(f"/payroll/copy/?project={project.code}&month=2026-11&employer=own").status_code == 200


def test_what_a_sheet_must_have_is_told_alike_on_the_page_and_in_the_template(enter, cast, project):
    """As `registered_card`, `card_missing` and `matched_by_name` take it."""
    client = enter(cast.labour_officer)
    page = shown(client, project)
    assert "发到花名册上登记过的工资卡" in page
    assert "按姓名认本单位花名册上的人" in page
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"/payroll/template/?project={project.code}&month=2026-10&employer=own").content)
    )
    told = {row[0].value: row[1].value for row in book["填写说明"].iter_rows()}
    assert "登记过工资卡的可以不填" in told["银行卡号"]
    assert "没有登记过的必须填" in told["银行卡号"]
    assert "按姓名认本单位花名册上的人" in told["身份证号"]
