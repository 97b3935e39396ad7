"""The pages of projects: what they show, to whom, and what their forms do."""

import datetime
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from projects.models import Approval, FourPartyAssignment, Project
from projects.services.four_party import four_party_save
from sheets.refusal import MESSAGES, Refusal
from tests.factories.projects import SYSTEM, approval, party, registered_project, workbook
from tests.factories.responsibilities import ObstacleFactory

pytestmark = pytest.mark.django_db
TABS = ("overview", "parties", "deadlines", "account", "payroll", "archive")


@pytest.fixture(autouse=True)
def pinned_day(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def project(cast):
    project = registered_project(
        developer=cast.developer, general_contractor=cast.contractor, actual_start_on=datetime.date(2026, 9, 1)
    )
    approval(project)
    return project


@pytest.fixture
def login(client, cast):
    def enter(user):
        client.force_login(user)
        return client

    return enter


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_for_the_supervisor(project, cast, login, tab):
    page = login(cast.county_supervisor).get(reverse("escalation:project", args=[project.code]), {"tab": tab})
    assert page.status_code == 200
    assert project.name in text(page)
    assert 'aria-current="page"' in text(page)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["labour_officer", "developer_officer", "leader", "auditor", "bank_clerk"])
def test_every_tab_opens_for_others_in_scope(project, cast, login, who, tab):
    party(project, "bank", cast.bank)
    page = login(getattr(cast, who)).get(reverse("escalation:project", args=[project.code]), {"tab": tab})
    assert page.status_code == 200


def test_a_subcontractor_is_not_offered_the_tab_of_the_account(project, cast, login):
    party(project, "subcontractor", cast.subcontractor)
    url = reverse("escalation:project", args=[project.code])
    client = login(cast.subcontractor_clerk)
    assert "?tab=account" not in text(client.get(url))
    assert "专户与拨付只对相关单位开放" in text(client.get(url, {"tab": "account"}))
    assert "?tab=account" in text(login(cast.labour_officer).get(url))


@pytest.mark.parametrize("who", ["other_county_supervisor", "other_labour_officer", "other_developer_officer"])
@pytest.mark.parametrize(
    "name",
    ["escalation:project", "projects:edit", "projects:four_party", "projects:enrolment", "projects:contract_create"],
)
def test_a_foreigner_gets_no_page_of_it(project, cast, login, who, name):
    page = login(getattr(cast, who)).get(reverse(name, args=[project.code]))
    # 403 where the role never may, 404 where this project is out of sight; never the page.
    assert page.status_code in (403, 404)
    assert project.name not in text(page)


def test_the_list_shows_what_is_in_scope_and_finds_by_initials(project, cast, login):
    registered_project("P-2", area_code="620723", name="临泽县客运站")
    page = login(cast.county_supervisor).get("/projects/")
    assert project.name in text(page)
    assert "临泽县客运站" not in text(page)
    both = login(cast.supervisor).get("/projects/")
    assert "临泽县客运站" in text(both)
    found = login(cast.supervisor).get("/projects/", {"q": "lzx"})
    assert "临泽县客运站" in text(found)
    assert project.name not in text(found)
    assert "共 <strong>1</strong>" in text(found)


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ({"area": "620702"}, True),
        ({"area": "620723"}, False),
        ({"type": "building"}, True),
        ({"type": "water"}, False),
        ({"funding": "government"}, True),
        ({"funding": "private"}, False),
        ({"stage": "construction"}, True),
        ({"stage": "preparation"}, False),
        ({"enrolled": "no"}, True),
        ({"enrolled": "yes"}, False),
        ({"overdue": "no"}, True),
        ({"overdue": "yes"}, False),
        ({"area": "nonsense"}, True),
    ],
)
def test_filters_narrow_the_list(project, cast, login, query, there):
    page = login(cast.supervisor).get("/projects/", query)
    assert (project.name in text(page)) is there


@pytest.mark.parametrize("sort", ["name", "-name", "area", "type", "value", "-value", "start", "-due", "due", "junk"])
def test_every_sort_is_answered(project, cast, login, sort):
    registered_project("P-2")
    assert login(cast.supervisor).get("/projects/", {"sort": sort}).status_code == 200


def test_the_list_takes_as_many_queries_for_thirty_projects_as_for_three(
    cast, login, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = login(cast.supervisor)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get("/projects/")
        return len(caught)

    for number in range(3):
        registered_project(f"Q-{number}")
    queries()
    few = queries()
    for number in range(3, 15):
        registered_project(f"Q-{number}")
    assert queries() == few


def test_the_export_holds_what_is_filtered(project, cast, login):
    registered_project("P-2", name="=危险公式项目", type_code="water")
    reply = login(cast.supervisor).get("/projects/", {"type": "water", "export": "xlsx"})
    rows = list(load_workbook(BytesIO(reply.content)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["P-2"]
    assert rows[1][1] == "=危险公式项目"
    assert login(cast.bank_clerk).get("/projects/", {"export": "xlsx"}).status_code == 403


def test_new_and_import_are_no_project_codes(cast, login):
    client = login(cast.supervisor)
    assert "登记新项目" in text(client.get("/projects/new/"))
    assert "登记表" in text(client.get("/projects/import/"))


def fields(**changes):
    return {
        "code": "P-77",
        "name": "甘州区老旧小区改造",
        "area": "",
        "project_type": "",
        "funding_nature": "government",
        "funding_source": "省级补助",
        "funds_in_place": "yes",
        **changes,
    }


def test_an_officer_registers_a_project_with_a_new_enterprise(cast, login):
    from projects.selectors.types import project_types_by_code
    from tests.factories.responsibilities import uscc

    data = fields(
        area=cast.area("620702").pk,
        project_type=project_types_by_code()["building"].pk,
        developer="甘州区安居公司",
        developer_uscc=uscc(77),
    )
    reply = login(cast.officer("zjj", "620702")).post("/projects/new/", data)
    assert reply.status_code == 302, text(reply)
    project = Project.objects.get(code="P-77")
    assert reply.url == "/projects/P-77/"
    assert project.funds_in_place is True
    assert project.parties.get(part="developer").organization.uscc == uscc(77)


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(cast, login):
    from projects.selectors.types import project_types_by_code

    data = fields(
        area=cast.area("620702").pk,
        project_type=project_types_by_code()["building"].pk,
        developer="谁也不认识的公司",
    )
    page = login(cast.officer("zjj", "620702")).post("/projects/new/", data)
    assert page.status_code == 200
    assert "名录中没有“谁也不认识的公司”" in text(page)
    assert 'value="甘州区老旧小区改造"' in text(page)
    assert not Project.objects.filter(code="P-77").exists()


def test_a_barred_developer_needs_a_reason_on_the_form(cast, login):
    from projects.selectors.types import project_types_by_code

    ObstacleFactory(organization=cast.developer)
    data = fields(
        area=cast.area("620702").pk,
        project_type=project_types_by_code()["building"].pk,
        developer=cast.developer.name,
    )
    client = login(cast.officer("zjj", "620702"))
    page = client.post("/projects/new/", data)
    assert "不予批准新建项目" in text(page)
    assert client.post("/projects/new/", data | {"obstacle_reason": "会议纪要〔2026〕8号"}).status_code == 302


def test_a_stale_edit_is_shown_again_with_the_input(project, cast, login):
    client = login(cast.county_supervisor)
    data = fields(
        name="新名称",
        area=project.area_id,
        project_type=project.project_type_id,
        version=1,
        actual_start_on="2026-09-01",
    )
    assert client.post(reverse("projects:edit", args=[project.code]), data).status_code == 302
    page = client.post(reverse("projects:edit", args=[project.code]), data | {"name": "又一个名称"})
    assert "刚被他人修改过" in text(page)
    assert 'value="又一个名称"' in text(page)
    project.refresh_from_db()
    assert project.name == "新名称"


def test_an_approval_is_registered_pushed_and_confirmed(project, cast, login):
    officer = cast.officer("fgw", "620702")
    client = login(officer)
    data = {
        "kind": "filing",
        "number": "甘区发改备〔2026〕3号",
        "approved_on": "2026-11-19",
        "approving_unit": cast.unit("fgw", "620702").pk,
        "decided_in_portal": "no",
    }
    reply = client.post(reverse("projects:approval_create", args=[project.code]), data)
    row = Approval.objects.get(kind="filing")
    assert reply.url == reverse("projects:approval_push", args=[project.code, row.pk])
    page = client.get(reply.url)
    assert "推送给人社部门" in text(page)
    pushed = client.post(reply.url, follow=True)
    row.refresh_from_db()
    assert row.receipt_number in text(pushed)
    again = client.post(reply.url, follow=True)
    assert row.receipt_number in text(again)
    confirm = reverse("projects:approval_confirm", args=[project.code, row.pk])
    assert client.get(confirm).status_code == 403
    supervisor = login(cast.county_supervisor)
    assert supervisor.get(confirm).status_code == 200
    assert supervisor.post(confirm).status_code == 302
    row.refresh_from_db()
    assert row.confirmed_by == cast.county_supervisor


def test_an_approval_without_funding_source_is_refused_on_the_form(cast, login):
    project = registered_project(funding_source="")
    approval(project)
    data = {
        "kind": "filing",
        "number": "1号",
        "approved_on": "2026-11-19",
        "approving_unit": cast.unit("fgw", "620702").pk,
        "decided_in_portal": "yes",
    }
    page = login(cast.officer("fgw", "620702")).post(reverse("projects:approval_create", args=[project.code]), data)
    assert "没有明确资金来源的项目不予审批" in text(page)


def test_a_unit_that_may_not_push_is_told_so(project, cast, login):
    row = project.approvals.get()
    client = login(cast.officer("zjj", "620702"))
    page = client.get(reverse("projects:approval_push", args=[project.code, row.pk]))
    assert "不能代为推送" in text(page)
    assert client.post(reverse("projects:approval_push", args=[project.code, row.pk])).status_code == 403
    row.refresh_from_db()
    assert row.pushed_at is None


def test_the_next_address_leads_back_and_never_out_of_the_portal(project, cast, login):
    client = login(cast.labour_officer)
    url = reverse("projects:enrolment", args=[project.code])
    data = {"platform_code": "LMG-5", "enrolled_on": "2026-11-20", "version": 1}
    reply = client.post(url, data | {"next": "/deadlines/?status=overdue"})
    assert reply.url == "/deadlines/?status=overdue"
    reply = client.post(url, data | {"version": 2, "enrolled_on": "2026-11-21", "next": "https://evil.example/"})
    assert reply.url == f"/projects/{project.code}/?tab=deadlines"


def test_the_four_persons_are_named_one_by_one_and_a_reveal_is_asked_for(project, cast, login):
    url = reverse("projects:four_party", args=[project.code])
    client = login(cast.county_supervisor)
    data = {
        "part": "developer",
        "developer-organization": cast.developer.name,
        "developer-person_name": "张建国",
        "developer-telephone": "13893612345",
        "developer-version": 0,
    }
    assert client.post(url, data).status_code == 302
    page = client.get(url)
    assert "13893612345" not in text(page)
    assert "2345" in text(page)
    shown = client.post(url, {"part": "developer", "act": "reveal"})
    assert "13893612345" in text(shown)
    bad = client.post(url, data | {"developer-telephone": "123", "developer-version": 1})
    assert "联系电话应为" in text(bad)
    assert FourPartyAssignment.objects.count() == 1


def test_who_may_edit_but_not_reveal_cannot_reveal(project, cast, login):
    four_party_save(
        project=project,
        part="developer",
        organization=cast.developer,
        person_name="张建国",
        telephone="13893612345",
        actor=SYSTEM,
    )
    client = login(cast.developer_officer)
    reply = client.post(reverse("projects:four_party", args=[project.code]), {"part": "developer", "act": "reveal"})
    assert reply.status_code in (403, 404)
    assert "13893612345" not in text(reply)


def test_a_contract_is_saved_with_its_share_in_per_cent(project, cast, login):
    data = {
        "kind": "general",
        "number": "HT-9",
        "employer": cast.developer.name,
        "contractor": cast.contractor.name,
        "signed_on": "2026-08-01",
        "value": "32000000",
        "labour_cost_percent": "30",
        "allocation_day": "25",
    }
    reply = login(cast.labour_officer).post(reverse("projects:contract_create", args=[project.code]), data)
    assert reply.status_code == 302, text(reply)
    assert str(project.contracts.get().labour_cost_ratio) == "0.3000"
    page = login(cast.labour_officer).get(
        reverse("projects:contract_edit", args=[project.code, project.contracts.get().pk])
    )
    assert 'value="30"' in text(page)


def test_a_party_is_entered_and_taken_out_again(project, cast, login):
    client = login(cast.county_supervisor)
    data = {"part": "subcontractor", "organization": cast.subcontractor.name}
    assert client.post(reverse("projects:party_create", args=[project.code]), data).status_code == 302
    row = project.parties.get(part="subcontractor")
    assert row.awarded_by == cast.contractor
    url = reverse("projects:party_remove", args=[project.code, row.pk])
    assert cast.subcontractor.name in text(client.get(url))
    assert client.post(url, {"reason": "登记有误"}).status_code == 302
    assert not project.parties.filter(part="subcontractor").exists()


class TestImport:
    """`/projects/import/`: upload, preview, confirm."""

    URL = "/projects/import/"

    def upload(self, client, data):
        return client.post(self.URL, {"file": SimpleUploadedFile("登记表.xlsx", data)})

    def rows(self, area="甘州区"):
        return workbook(项目=[["项目编号", "项目名称", "县区", "项目类型"], ["W-1", "甘州区水厂", area, "水利"]])

    def token(self, page):
        return re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]

    def test_nothing_is_written_before_the_confirmation(self, cast, login):
        client = login(cast.county_supervisor)
        page = self.upload(client, self.rows())
        assert "导入 1 行" in text(page)
        assert not Project.objects.exists()
        done = client.post(self.URL, {"token": self.token(page)})
        assert "登记表已导入" in text(done)
        assert Project.objects.get().code == "W-1"

    def test_a_refusal_at_the_confirmation_comes_back_in_words_and_the_preview_is_not_lost(
        self, cast, login, monkeypatch
    ):
        client = login(cast.county_supervisor)
        token = self.token(self.upload(client, self.rows()))

        def too_slow(**_facts):
            raise Refusal("timeout", MESSAGES["timeout"])

        with monkeypatch.context() as busy:
            busy.setattr("accounts.views.register_import.register_import", too_slow)
            refused = client.post(self.URL, {"token": token})
        assert refused.status_code == 422
        assert MESSAGES["timeout"] in text(refused)
        assert not Project.objects.exists()
        assert "登记表已导入" in text(client.post(self.URL, {"token": token}))

    def test_a_preview_belongs_to_the_person_who_made_it(self, cast, login):
        token = self.token(self.upload(login(cast.county_supervisor), self.rows()))
        reply = login(cast.supervisor).post(self.URL, {"token": token})
        assert reply.status_code == 302
        assert not Project.objects.exists()

    def test_errors_are_listed_with_their_cells(self, cast, login):
        page = self.upload(login(cast.county_supervisor), self.rows("酒泉市"))
        assert "C2" in text(page)
        assert "不认识县区“酒泉市”" in text(page)

    def test_a_file_that_is_no_register_is_refused_in_words(self, cast, login):
        page = self.upload(login(cast.county_supervisor), b"\x00\x01\x02")
        assert page.status_code == 200
        assert "这不是电子表格文件" in text(page)

    def test_another_county_is_out_of_reach(self, cast, login):
        page = self.upload(login(cast.county_supervisor), self.rows("临泽县"))
        assert "不在您的管辖范围内" in text(page)

    def test_the_template_is_there_to_download(self, cast, login):
        reply = login(cast.county_supervisor).get("/projects/import/template/")
        assert reply.content[:2] == b"PK"

    def test_who_may_not_edit_projects_may_not_import(self, cast, login):
        assert login(cast.labour_officer).get(self.URL).status_code == 403
