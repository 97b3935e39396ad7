"""Confirming a previewed sheet of people: what hinders it comes back on the import's page, and nothing else is written."""

import datetime
import re
from io import BytesIO

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from payroll.models import BankCard, LabourContract, RosterEntry, SiteStay
from payroll.services.stays import site_enter
from projects.models import ProjectParty
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, id_number, person, site
from tests.factories.people import on_roster, worker

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


def roster(*rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["班组名称", "工人姓名", "证件号码", "当前工种", "发放工资银行卡号", "进场日期"])
    for row in rows:
        book.active.append(row)
    box = BytesIO()
    book.save(box)
    return box.getvalue()


def listed(shown: str) -> list[tuple[str, str]]:
    """(row, what becomes of it) in the order shown."""
    table = shown.split("逐行结果")[1].split("</table>")[0]
    pattern = r'data-label="行">(\d+)</td>.*?<span class="wp-badge u-\w+">(\S+)</span>'
    return re.findall(pattern, table, re.DOTALL)


def shown_preview(clerk, cast, project, data: bytes) -> str:
    sent = {"project": project.code, "employer": cast.subcontractor.code, "file": SimpleUploadedFile("a.xlsx", data)}
    return clerk.post(ADDRESS, sent).content.decode()


def test_every_row_says_what_becomes_of_it_and_how_many_are_left_out(clerk, cast, project):
    entered = datetime.date(2026, 9, 1)
    for n in (2, 3):
        on_roster(project, worker(n, name=person(n)["name"]), cast.subcontractor, entered_on=entered, crew="木工班")
    wrong = id_number(4)[:-1] + ("1" if id_number(4)[-1] != "1" else "2")
    data = roster(
        ["木工班", person(1)["name"], id_number(1), "木工", None, "2026-09-01"],
        ["瓦工班", person(2)["name"], id_number(2), "木工", None, "2026-09-01"],
        ["木工班", person(3)["name"], id_number(3), "木工", None, "2026-09-01"],
        ["木工班", person(4)["name"], wrong, "木工", None, "2026-09-01"],
    )
    shown = shown_preview(clerk, cast, project, data)
    assert listed(shown) == [("5", "不导入"), ("2", "新登记"), ("3", "更新"), ("4", "没有变化")]
    assert "新登记 1 行，更新 1 行，没有变化 1 行，不导入 1 行" in shown
    assert "C5 的身份证号的校验位不对" in shown
    assert "班组、工种改为瓦工班、木工" in shown
    assert id_number(1) not in shown
    assert f"{id_number(1)[:6]}********{id_number(1)[-4:]}" in shown
    button = shown.split("确认导入</button>")[1].split("</div>")[0]
    assert "1 行有错误，不导入" in button
    answer = clerk.post(ADDRESS, fields_of(shown), follow=True).content.decode()
    assert "1 行有错误，不导入，请改正后再导入这些行。" in answer
    assert RosterEntry.objects.get(worker=worker(2)).crew == "瓦工班"


def test_where_nothing_is_wrong_nothing_is_said_to_be_left_out(clerk, cast, project):
    shown = shown_preview(clerk, cast, project, moves(1))
    assert "不导入" not in shown.split("确认导入</button>")[1].split("</div>")[0]
    assert "不导入" not in clerk.post(ADDRESS, fields_of(shown), follow=True).content.decode()


def test_a_sheet_that_only_changes_what_is_known_can_be_confirmed_too(clerk, cast, project):
    """A new card or another crew: it was called no change, and there was no button."""
    on_roster(project, worker(1, card=False), cast.subcontractor, entered_on=datetime.date(2026, 9, 1), crew="木工班")
    row = ["木工班", person(1)["name"], id_number(1), "木工", card_number(1), "2026-09-01"]
    shown = shown_preview(clerk, cast, project, roster(row))
    assert listed(shown) == [("2", "更新")]
    assert "加登工资卡" in shown
    assert "确认导入</button>" in shown
    clerk.post(ADDRESS, fields_of(shown))
    assert BankCard.objects.get().worker == worker(1, card=False)
    again = shown_preview(clerk, cast, project, roster(row))
    assert listed(again) == [("2", "没有变化")]
    assert "确认导入</button>" not in again


def test_a_long_sheet_shows_its_first_rows_and_how_many_there_are(clerk, cast, project):
    shown = shown_preview(clerk, cast, project, moves(*range(1, 61)))
    assert len(listed(shown)) == 50
    assert "共 60 行" in shown
    assert "<h2>提示</h2>" in shown, "what concerns rows beyond the first is listed apart"
    assert "<h2>提示</h2>" not in shown_preview(clerk, cast, project, moves(1))
