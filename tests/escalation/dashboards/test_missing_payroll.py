"""A contractor's and a subcontractor's first page says which payroll of last month is missing."""

import datetime

import pytest
from django.test import Client

from payroll.models import PayrollBatch, StoredFile
from tests.factories.accounts import started_project
from tests.factories.people import on_roster, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast, settings):
    settings.PORTAL_TODAY = "2026-11-23"
    parties = [("general_contractor", cast.contractor), ("subcontractor", cast.subcontractor)]
    return started_project("P-MISSING", start=datetime.date(2026, 9, 1), parties=parties)


def first_page(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/").content.decode()


def submit(project, employer) -> None:
    PayrollBatch.objects.create(
        project=project,
        month_on=datetime.date(2026, 10, 1),
        subcontractor=employer,
        status=PayrollBatch.Status.SUBMITTED,
        file=StoredFile.objects.create(name="x.csv", sha256="0" * 64, size=1, sealed=b"x"),
    )


@pytest.mark.parametrize("who", ["labour_officer", "subcontractor_clerk"])
def test_last_months_payroll_is_missing_until_it_is_submitted(project, cast, who):
    user = getattr(cast, who)
    assert "2026-10 未提交工资表的项目" in first_page(user)
    submit(project, cast.subcontractor)
    assert "未提交工资表的项目" not in first_page(user)


def test_another_contractor_and_those_who_do_not_upload_see_nothing_of_it(project, cast):
    for user in (cast.other_labour_officer, cast.bank_clerk, cast.leader):
        assert "未提交工资表的项目" not in first_page(user)


def test_human_resources_see_it_too_and_upload_nothing(project, cast):
    shown = first_page(cast.supervisor)
    assert "2026-10 未提交工资表的项目" in shown
    assert f"/payroll/upload/?project={project.code}" not in shown


def test_a_project_is_missing_while_any_employer_with_people_there_has_submitted_nothing(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 9, 1))
    shown = first_page(cast.labour_officer)
    assert f"未提交：总包自有班组、{cast.subcontractor.name}" in shown
    submit(project, None)
    shown = first_page(cast.labour_officer)
    assert f"未提交：{cast.subcontractor.name}<" in shown
    assert "2026-10 未提交工资表的项目" in first_page(cast.subcontractor_clerk)
    submit(project, cast.subcontractor)
    for user in (cast.labour_officer, cast.subcontractor_clerk):
        assert "未提交工资表的项目" not in first_page(user)


def test_a_subcontractor_hears_only_of_itself(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 9, 1))
    submit(project, cast.subcontractor)
    assert "未提交工资表的项目" not in first_page(cast.subcontractor_clerk)
    assert "未提交：总包自有班组" in first_page(cast.labour_officer)


@pytest.mark.parametrize(
    ("entered_on", "left_on"),
    [(datetime.date(2026, 11, 2), None), (datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))],
    ids=["came later", "gone before"],
)
def test_who_was_not_there_in_the_month_owes_nothing_for_it(project, cast, entered_on, left_on):
    on_roster(project, worker(1), cast.subcontractor, entered_on=entered_on, left_on=left_on)
    submit(project, None)
    assert "未提交工资表的项目" not in first_page(cast.labour_officer)


def test_back_pay_of_the_month_is_not_the_months_payroll(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    submit(project, cast.subcontractor)
    PayrollBatch.objects.update(kind=PayrollBatch.Kind.BACK_PAY, sequence=1)
    assert f"未提交：{cast.subcontractor.name}" in first_page(cast.labour_officer)


def test_the_project_says_itself_whose_payroll_is_missing(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    client = Client()
    client.force_login(cast.supervisor)
    tab = f"/projects/{project.code}/?tab=payroll"
    shown = client.get(tab).content.decode()
    assert "2026-10 的工资表还没有提交" in shown
    assert f"没有提交的用工单位：{cast.subcontractor.name}" in shown
    submit(project, cast.subcontractor)
    assert "的工资表还没有提交" not in client.get(tab).content.decode()
    client.force_login(cast.leader)
    PayrollBatch.objects.all().delete()
    assert "的工资表还没有提交" not in client.get(tab).content.decode(), "pay is not for him to see"


def test_the_buttons_open_the_forms_of_the_employer_who_owes(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    shown = first_page(cast.labour_officer)
    asked = f"?project={project.code}&amp;month=2026-10&amp;employer="
    for form in ("upload", "nil"):
        assert f"/payroll/{form}/{asked}{cast.subcontractor.code}" in shown
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 9, 1))
    assert f"/payroll/nil/{asked}own" in first_page(cast.labour_officer)


def test_where_nobody_is_on_a_roster_the_buttons_name_no_employer(project, cast):
    shown = first_page(cast.labour_officer)
    assert f'/payroll/nil/?project={project.code}&amp;month=2026-10"' in shown


@pytest.mark.parametrize("name", ["own", "subcontractor"])
def test_a_nil_return_opens_with_the_employer_of_its_address(project, cast, name):
    code = name if name == "own" else cast.subcontractor.code
    client = Client()
    client.force_login(cast.labour_officer)
    form = client.get(f"/payroll/nil/?project={project.code}&month=2026-10&employer={code}").context["form"]
    assert form["employer"].value() == code


def test_the_project_page_leads_who_may_upload_to_the_forms(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    client = Client()
    client.force_login(cast.labour_officer)
    address = f"/projects/{project.code}/?tab=payroll"
    form = f"/payroll/nil/?project={project.code}&amp;month=2026-10&amp;employer={cast.subcontractor.code}"
    assert form in client.get(address).content.decode()
    client.force_login(cast.supervisor)
    assert form not in client.get(address).content.decode()


def sheet(project, status, employer, **facts) -> PayrollBatch:
    return PayrollBatch.objects.create(
        project=project,
        month_on=datetime.date(2026, 10, 1),
        subcontractor=employer,
        status=status,
        file=StoredFile.objects.create(name="x.csv", sha256="0" * 64, size=1, sealed=b"x"),
        **facts,
    )


def owed_rows(user, address="/") -> list[str]:
    """The rows of the list, each as its source."""
    client = Client()
    client.force_login(user)
    section = client.get(address).content.decode().split('id="missing"')[1].split("</section>")[0]
    return section.split("<tr")[1:]


@pytest.mark.parametrize("address", ["/", "/payroll/"])
@pytest.mark.parametrize("who", ["labour_officer", "subcontractor_clerk"])
def test_a_returned_sheet_waits_for_a_new_one_and_nobody_is_asked_for_a_nil_return(project, cast, who, address):
    batch = sheet(project, "returned", cast.subcontractor)
    [row] = owed_rows(getattr(cast, who), address)
    assert "已退回，待重新上传" in row
    assert f'/payroll/{batch.pk}/"' in row
    form = f"?project={project.code}&amp;month=2026-10&amp;employer={cast.subcontractor.code}"
    assert f'href="/payroll/upload/{form}"' in row
    assert "未上传" not in row
    assert "无用工" not in row


@pytest.mark.parametrize(
    ("status", "accepted", "said"),
    [
        ("draft", 3, "已上传，待签名提交"),
        ("draft", 0, "已上传，有错误待改正"),
        ("mapping", 0, "已上传，待核对列对应"),
        ("queued", 0, "已上传，正在读取"),
    ],
)
def test_what_is_uploaded_says_what_it_waits_for_and_leads_there(project, cast, status, accepted, said):
    batch = sheet(project, status, cast.subcontractor, accepted=accepted)
    [row] = owed_rows(cast.subcontractor_clerk)
    assert said in row
    assert f'/payroll/{batch.pk}/"' in row
    assert "无用工" not in row
    sheet(project, "discarded", cast.subcontractor)
    batch.delete()
    [row] = owed_rows(cast.subcontractor_clerk)
    assert "未上传" in row
    assert "无用工" in row


def test_each_employer_is_told_how_far_its_own_sheet_is(project, cast):
    on_roster(project, worker(1), cast.subcontractor, entered_on=datetime.date(2026, 9, 1))
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 9, 1))
    sheet(project, "returned", cast.subcontractor)
    returned, untouched = owed_rows(cast.labour_officer)
    assert (f"未提交：{cast.subcontractor.name}<" in returned, "已退回，待重新上传" in returned) == (True, True)
    assert ("未提交：总包自有班组<" in untouched, "未上传" in untouched) == (True, True)
    assert f"/payroll/nil/?project={project.code}&amp;month=2026-10&amp;employer=own" in untouched
    sheet(project, "draft", cast.subcontractor, accepted=1)
    again, _untouched = owed_rows(cast.labour_officer)
    assert "已上传，待签名提交" in again, "the sheet that came after the return is the one to go on with"
    assert len(owed_rows(cast.subcontractor_clerk)) == 1


def test_a_draft_of_back_pay_is_no_beginning_of_the_months_payroll(project, cast):
    sheet(project, "draft", cast.subcontractor, accepted=1, kind="back_pay", sequence=1)
    [row] = owed_rows(cast.subcontractor_clerk)
    assert "未上传" in row


def test_a_draft_beside_what_was_submitted_owes_nothing(project, cast):
    on_roster(project, worker(1), cast.contractor, entered_on=datetime.date(2026, 9, 1))
    submit(project, cast.subcontractor)
    sheet(project, "draft", cast.subcontractor, accepted=1)
    [row] = owed_rows(cast.labour_officer)
    assert "未提交：总包自有班组<" in row
    assert "未上传" in row


def test_the_project_page_says_what_was_sent_back_or_waits_for_a_signature(project, cast):
    client = Client()
    client.force_login(cast.subcontractor_clerk)
    tab = f"/projects/{project.code}/?tab=payroll"
    batch = sheet(project, "returned", cast.subcontractor)
    shown = client.get(tab).content.decode()
    assert f'<a href="/payroll/{batch.pk}/">批次 #{batch.pk}</a> 已退回，待重新上传' in shown
    assert "申报无用工" not in shown
    PayrollBatch.objects.update(status="draft", accepted=1)
    assert "已经上传，还没有签名提交" in client.get(tab).content.decode()
    PayrollBatch.objects.update(status="discarded")
    assert "申报无用工" in client.get(tab).content.decode()


def test_sheets_sent_back_are_uploaded_anew_for_their_own_employer(project, cast):
    sheet(project, "returned", cast.subcontractor)
    client = Client()
    client.force_login(cast.labour_officer)
    returned = client.get("/payroll/").content.decode().split('id="returned"')[1].split("</section>")[0]
    assert f"&amp;employer={cast.subcontractor.code}" in returned
