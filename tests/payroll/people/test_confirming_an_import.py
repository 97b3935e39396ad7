"""Confirming a previewed sheet of people: what hinders it comes back on the import's page, and nothing else is written."""

import datetime
import re
from io import BytesIO

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from payroll.models import LabourContract, RosterEntry, SiteStay
from payroll.services.stays import site_enter
from projects.models import ProjectParty
from responsibilities.services.trail import Actor
from tests.factories.payroll import id_number, person, site
from tests.factories.people import worker

pytestmark = pytest.mark.django_db
ADDRESS = "/payroll/workers/import/"


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def clerk(client, cast):
    client.force_login(cast.labour_officer)
    return client


def moves(*people) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["工人姓名", "证件号码", "进退场日期", "类型"])
    for n in people:
        book.active.append([person(n)["name"], id_number(n), "2026-09-01", "进场"])
    box = BytesIO()
    book.save(box)
    return box.getvalue()


def previewed(clerk, cast, project, data: bytes, name: str = "进场.xlsx") -> dict:
    """The hidden fields of the preview, as the browser would send them."""
    shown = clerk.post(
        ADDRESS,
        {
            "project": project.code,
            "employer": cast.subcontractor.code,
            "file": SimpleUploadedFile(name, data),
        },
    ).content.decode()
    return fields_of(shown)


def fields_of(shown: str) -> dict:
    form = shown[shown.index(f'action="{ADDRESS}"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


def confirmed(clerk, fields: dict, **changes):
    answer = clerk.post(ADDRESS, fields | changes)
    return answer, answer.content.decode()


def test_a_file_with_a_long_name_can_be_confirmed_too(clerk, cast, project):
    fields = previewed(clerk, cast, project, moves(1), name="长" * 240 + ".xlsx")
    answer, shown = confirmed(clerk, fields)
    assert answer.status_code == 302, shown
    assert SiteStay.objects.count() == 1


def test_what_was_shown_is_what_is_written(clerk, cast, project):
    fields = previewed(clerk, cast, project, moves(1, 2))
    assert (fields["writes"], fields["errors_left_out"], fields["name"]) == ("6", "0", "进场.xlsx")
    answer, _shown = confirmed(clerk, fields)
    assert (answer.status_code, SiteStay.objects.count()) == (302, 2)


def test_where_the_register_changed_meanwhile_the_new_result_is_shown_and_nothing_is_written(clerk, cast, project):
    fields = previewed(clerk, cast, project, moves(1, 2))
    site_enter(
        project=project,
        subcontractor=cast.subcontractor,
        worker=worker(1),
        entered_on=datetime.date(2026, 8, 20),
        actor=Actor.system("test"),
    )
    answer, shown = confirmed(clerk, fields)
    assert answer.status_code == 200
    assert "预览以后，登记的内容有了变化" in shown
    assert "第 2 行" in shown, "and where"
    assert SiteStay.objects.count() == 1
    again, _shown = confirmed(clerk, fields_of(shown))
    assert (again.status_code, SiteStay.objects.count()) == (302, 2), "what is shown now can be agreed to"


@pytest.mark.parametrize("change", ["employer", "project"])
def test_an_employer_who_left_the_project_meanwhile_is_said_at_its_field(clerk, cast, project, change):
    fields = previewed(clerk, cast, project, moves(1))
    part = {
        "employer": {"organization": cast.subcontractor},
        "project": {"part": ProjectParty.Part.GENERAL_CONTRACTOR},
    }[change]
    ProjectParty.objects.filter(project=project, **part).delete()
    answer, shown = confirmed(clerk, fields)
    assert answer.status_code == 200
    assert "预览以后有人改了项目的参建单位" in shown
    assert "导入花名册、进退场、合同" in shown, "the import's own page"
    assert not SiteStay.objects.exists()


def test_what_the_service_refuses_is_said_on_the_imports_page(clerk, cast, project, settings):
    fields = previewed(clerk, cast, project, moves(1))
    settings.PORTAL_UPLOAD_LIMIT = 10
    answer, shown = confirmed(clerk, fields)
    assert answer.status_code == 200
    assert "文件没有导入，请先改正" in shown
    assert f'<option value="{cast.subcontractor.code}" selected>' in shown, "the choices stay"
    assert not SiteStay.objects.exists()


def test_a_preview_that_is_over_says_so_and_keeps_the_choices(clerk, cast, project):
    fields = previewed(clerk, cast, project, moves(1))
    cache.clear()
    answer, shown = confirmed(clerk, fields)
    assert answer.status_code == 200
    assert "预览超过 30 分钟" in shown
    assert f'<option value="{cast.subcontractor.code}" selected>' in shown
    assert not RosterEntry.objects.exists()


def test_another_persons_preview_is_nobody_elses(client, clerk, cast, project):
    fields = previewed(clerk, cast, project, moves(1))
    client.force_login(cast.subcontractor_clerk)
    _answer, shown = confirmed(client, fields)
    assert "预览超过 30 分钟" in shown
    assert not LabourContract.objects.exists()
    assert not SiteStay.objects.exists()
