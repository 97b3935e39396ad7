"""本月无用工 and 补发: what counts as the month's submission, what adds to it, what contradicts it."""

import datetime
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from payroll.models import BatchAct, PayrollBatch, PayrollRemark
from payroll.selectors.missing import projects_without_payroll
from payroll.services.nil_returns import nil_return
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from responsibilities.rules.errors import NotAllowed, Refused
from tests.factories.flow import SYSTEM, submitted
from tests.factories.payroll import MONTH, draft, person, sheet_bytes
from tests.factories.people import attended, worker
from tests.payroll.rules.field import T, p, read
from tests.payroll.rules.people import id_number

pytestmark = pytest.mark.django_db
Status, Kind = PayrollBatch.Status, PayrollBatch.Kind
END = datetime.date(2026, 10, 31)


def nil(project, **changes):
    given = {"project": project, "month_on": MONTH, "subcontractor": None, "reason": "冬季停工", "actor": SYSTEM}
    return nil_return(**given | changes)


def back_pay(project, rows, **changes):
    given = {
        "project": project,
        "month_on": MONTH,
        "subcontractor": None,
        "name": "补发.xlsx",
        "data": sheet_bytes(rows),
        "actor": SYSTEM,
        "wake": False,
        "kind": Kind.BACK_PAY,
        "reason": "加班 3 天漏计",
    }
    batch, _created = batch_upload(**given | changes)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


# ── 本月无用工 ──────────────────────────────────────────────────────────


def test_a_nil_return_is_signed_and_counts_as_submitted(cast, project):
    user = cast.labour_officer
    assert project in projects_without_payroll(cast.scope(user), MONTH, END)
    batch = nil(project, actor=cast.actor(user), scope=cast.scope(user), signed_name=user.name)
    assert (batch.kind, batch.status, batch.stage, batch.file) == (Kind.NIL, Status.SUBMITTED, "", None)
    act = batch.acts.get()
    assert (act.act, act.signed_name, act.reason) == ("submit", user.name, "冬季停工")
    assert "没有使用农民工" in act.statement
    assert project not in projects_without_payroll(cast.scope(user), MONTH, END)


def test_a_later_sheet_supersedes_it(project):
    first = nil(project)
    second = submitted(project)
    first.refresh_from_db()
    assert (first.status, second.supersedes) == (Status.SUPERSEDED, first)
    assert first.acts.last().act == BatchAct.Act.SUPERSEDE


@pytest.mark.parametrize(("before", "code"), [
    (lambda project: submitted(project), "sheet_submitted"),
    (lambda project: nil(project), "nil_already"),
    (lambda project: attended(project, worker(1), [MONTH]), "attendance_exists"),
])  # fmt: skip
def test_what_contradicts_a_nil_return(project, before, code):
    before(project)
    with pytest.raises(Refused) as refused:
        nil(project)
    assert refused.value.code == code


@pytest.mark.parametrize(("change", "code"), [
    ({"reason": " "}, "say_why"),
    ({"month_on": datetime.date(2099, 1, 1)}, "month_in_future"),
])  # fmt: skip
def test_what_a_nil_return_needs(project, change, code):
    with pytest.raises(Refused) as refused:
        nil(project, **change)
    assert refused.value.code == code


def test_another_employers_sheet_or_a_draft_does_not_hinder(cast, project):
    submitted(project, subcontractor=cast.subcontractor)
    draft(project, [person(1)])
    assert nil(project).kind == Kind.NIL


def test_a_subcontractor_states_it_for_itself_only(cast, project):
    user = cast.subcontractor_clerk
    given = {"actor": cast.actor(user), "scope": cast.scope(user)}
    assert nil(project, subcontractor=cast.subcontractor, **given).kind == Kind.NIL
    with pytest.raises(Refused) as refused:
        nil(project, **given)
    assert refused.value.code == "employer_not_on_project"
    other = cast.other_labour_officer
    with pytest.raises(NotAllowed):
        nil(project, actor=cast.actor(other), scope=cast.scope(other))


def test_the_page_takes_it_and_shows_it(cast, project, enter):
    client = enter(cast.labour_officer)
    assert "没有使用农民工" in client.get(f"/payroll/nil/?project={project.code}").content.decode()
    form = {"project": project.code, "month": "2026-10", "employer": "own", "reason": "尚未进场"}
    assert "请输入您本人的姓名" in client.post("/payroll/nil/", form).content.decode()
    form["signed_name"] = cast.labour_officer.name
    page = client.post("/payroll/nil/", form, follow=True).content.decode()
    assert "无用工申报" in page
    assert "尚未进场" in page
    batch = PayrollBatch.objects.get()
    # What has no file offers none.
    assert client.get(f"/payroll/{batch.pk}/original/").status_code == 302
    listed = client.get("/payroll/?kind=nil").content.decode()
    assert "本月无用工" in listed.split("<tbody")[1]
    assert "共 <strong>0</strong>" in client.get("/payroll/?kind=back_pay").content.decode()


# ── 补发 ───────────────────────────────────────────────────────────────


def test_back_pay_adds_to_the_month_under_its_own_number(project):
    month = submitted(project)
    first = back_pay(project, [person(0, gross=700, deductions=0, advance=0, net_pay=700)])
    second = back_pay(project, [person(1, gross=800, deductions=0, advance=0, net_pay=800)])
    assert [(one.kind, one.sequence) for one in (first, second)] == [(Kind.BACK_PAY, 1), (Kind.BACK_PAY, 2)]
    for one in (first, second):
        batch_submit(batch_id=one.pk, actor=SYSTEM)
    month.refresh_from_db()
    assert month.status == Status.SUBMITTED
    rows = PayrollBatch.objects.filter(status=Status.SUBMITTED, month_on=MONTH)
    assert sum(line.net for batch in rows for line in batch.lines.all()) == 3 * 5380 + 700 + 800
    assert first.confirmations.count() == 1


def test_a_corrected_back_pay_replaces_the_one_it_names(project):
    submitted(project)
    first = batch_submit(
        batch_id=back_pay(project, [person(0, gross=700, deductions=0, advance=0, net_pay=700)]).pk, actor=SYSTEM
    )
    again = back_pay(project, [person(0, gross=750, deductions=0, advance=0, net_pay=750)], sequence=1)
    batch_submit(batch_id=again.pk, actor=SYSTEM)
    first.refresh_from_db()
    assert (again.sequence, first.status) == (1, Status.SUPERSEDED)


def test_the_same_amount_for_the_same_month_is_a_warning(project):
    month = submitted(project, [person(0), person(1)])
    batch = back_pay(project, [person(0), person(1, gross=900, deductions=0, advance=0, net_pay=900)])
    remark = PayrollRemark.objects.get(batch=batch, code="paid_already")
    assert (remark.severity, remark.row) == ("warning", batch.lines.order_by("row").first().row)
    assert f"#{month.pk}" in remark.message
    assert batch.accepted == 2


@pytest.mark.parametrize(("change", "code"), [
    ({"month_on": datetime.date(2026, 9, 1)}, "no_month_to_add_to"),
    ({"month_on": datetime.date(2026, 11, 1)}, "back_pay_month"),
    ({"sequence": 5}, "no_such_back_pay"),
    ({"kind": "nil"}, "kind_without_file"),
    ({"reason": " "}, "back_pay_reason"),
    ({"reason": "漏" * 201}, "back_pay_reason"),
])  # fmt: skip
def test_what_back_pay_may_not_be(project, settings, change, code):
    settings.PORTAL_TODAY = "2026-11-23"
    submitted(project)
    with pytest.raises(Refused) as refused:
        back_pay(project, [person(0)], **change)
    assert refused.value.code == code


def test_money_on_its_way_points_to_back_pay_and_the_page_leads_there(cast, project, enter):
    month = submitted(project)
    PayrollBatch.objects.filter(pk=month.pk).update(stage="paid")
    client = enter(cast.labour_officer)
    page = client.get(f"/payroll/{month.pk}/").content.decode()
    assert "kind=back_pay" in page
    blocked = client.get(f"/payroll/{draft(project, [person(5)]).pk}/").content.decode()
    assert "不能再用新表替换" in blocked
    assert "输入您本人的姓名作为签名" not in blocked
    shown = client.get(
        f"/payroll/upload/?project={project.code}&month=2026-10&employer=own&kind=back_pay"
    ).content.decode()
    assert "补发工资。" in shown
    assert 'name="kind" value="back_pay"' in shown
    assert "<h1>上传补发工资表</h1>" in shown
    assert "复制上月" not in shown, "of back pay only those stand in the sheet who are paid"
    usual = client.get(f"/payroll/upload/?project={project.code}&month=2026-10&employer=own").content.decode()
    assert "<h1>上传工资表</h1>" in usual, "the control"
    assert "复制上月" in usual


def test_a_submitted_sheet_says_how_to_correct_it_until_money_is_on_its_way(cast, project, enter):
    month = submitted(project)
    client = enter(cast.labour_officer)
    assert "更正重传" in client.get(f"/payroll/{month.pk}/").content.decode()
    PayrollBatch.objects.filter(pk=month.pk).update(stage="paying")
    assert "更正重传" not in client.get(f"/payroll/{month.pk}/").content.decode()
    PayrollBatch.objects.filter(pk=month.pk).update(stage="confirming")
    assert "更正重传" not in enter(cast.supervisor).get(f"/payroll/{month.pk}/").content.decode()


def test_why_pay_is_added_is_asked_kept_and_shown_to_whoever_audits(cast, project, enter):
    submitted(project)
    client = enter(cast.labour_officer)
    address = f"/payroll/upload/?project={project.code}&month=2026-10&employer=own"
    assert "为什么补发" in client.get(f"{address}&kind=back_pay").content.decode()
    assert "为什么补发" not in client.get(address).content.decode()
    data = sheet_bytes([person(0, gross=700, deductions=0, advance=0, net_pay=700)])
    form = {"project": project.code, "month": "2026-10", "employer": "own", "kind": "back_pay"}
    refused = client.post("/payroll/upload/", form | {"file": SimpleUploadedFile("补发.xlsx", data)})
    assert "请写明为什么补发" in refused.content.decode()
    assert not PayrollBatch.objects.filter(kind=Kind.BACK_PAY).exists()
    client.post("/payroll/upload/", form | {"file": SimpleUploadedFile("补发.xlsx", data), "reason": "加班 3 天漏计"})
    batch = PayrollBatch.objects.get(kind=Kind.BACK_PAY)
    batch_read(batch.pk)
    shown = client.get(f"/payroll/{batch.pk}/").content.decode()
    assert "补发原因：</strong>加班 3 天漏计" in shown
    assert "在 2026-10 总包自有班组已提交的工资之外，补发 1 人" in shown
    batch_submit(batch_id=batch.pk, actor=SYSTEM)
    assert "加班 3 天漏计" in client.get(f"/payroll/{batch.pk}/audit/").content.decode()


def test_a_column_with_another_month_of_back_pay_is_told(project):
    submitted(project)
    rows = [person(0, gross=700, deductions=0, advance=0, net_pay=700)]
    book = openpyxl.load_workbook(BytesIO(sheet_bytes(rows)))
    sheet = book.active
    at, head = sheet.max_column + 1, next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "姓名")
    sheet.cell(head, at, "补发月份")
    sheet.cell(head + 1, at, "2026-09")
    box = BytesIO()
    book.save(box)
    batch = back_pay(project, rows, data=box.getvalue())
    assert [remark.code for remark in batch.remarks.filter(row=head + 1)] == ["month_mismatch"]
    assert (batch.accepted, batch.rejected) == (0, 1)


def test_a_column_of_back_pays_month_beside_the_months_own_refuses_nobody():
    titles = [*T, "是否补发", "补发月份", "工资年月"]
    found = read(titles, [*p(1), "否", "2025-08", "2025-10"], [*p(2), "否", "", "2025-10"])
    assert [line.id_number for line in found.lines] == [id_number(1), id_number(2)]
    assert found.errors == []
