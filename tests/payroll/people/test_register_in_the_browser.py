"""A month of attendance from the file to the confirmation, and the register on a phone, in a real browser."""

import datetime

import pytest
from playwright.sync_api import expect

from payroll.models import AttendanceDay, AttendanceSheet
from payroll.services.attendance.reading import attendance_read
from payroll.services.stays import site_leave
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.browser import fits
from tests.cast import PASSWORD
from tests.factories.payroll import draft, id_number, person, site
from tests.factories.people import attended, labour_contract, on_roster, worker
from tests.payroll.people import attendance_sheets as render
from tests.payroll.people.attendance_sheets import FULL, HALF

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime.date(2026, 9, 1)


def enter(page, user):
    page.goto("/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


@pytest.fixture
def project(cast):
    project = site(cast)
    for n in range(1, 9):
        on_roster(project, worker(n), cast.subcontractor, entered_on=START)
    labour_contract(project, worker(1), cast.subcontractor, START)
    return project


def month() -> bytes:
    """Seven on the roster, one who isn't, one mark that nobody explains."""
    days = dict.fromkeys(range(1, 27), FULL)
    book = render.grid({n: days | {5: HALF} for n in range(1, 8)} | {30: days}, footer=False, total=False)
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[3][12] = "◇"
    book.sheets[0] = type(book.sheets[0]).of(rows, "10月考勤")
    return render.file_of(book)


def test_a_months_attendance_from_the_file_to_the_confirmation(page, cast, project):
    enter(page, cast.labour_officer)
    page.goto("/payroll/attendance/upload/?month=2026-10")
    page.select_option("[name=employer]", cast.subcontractor.code)
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("[name=file]", {"name": "10月考勤.xlsx", "mimeType": sheet_type, "buffer": month()})
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/payroll/attendance/*/")
    sheet = AttendanceSheet.objects.get()
    attendance_read(sheet.pk)
    confirm = page.get_by_role("button", name="确认 7 人的考勤")
    expect(confirm).to_be_visible(timeout=10_000)
    expect(page.locator(".wp-muster td.u-red")).to_have_text("◇")
    expect(page.locator(".wp-grid__said").filter(has_text="花名册")).to_contain_text("先登记进场")
    confirm.click()
    expect(page.get_by_text("已确认 7 人的考勤")).to_be_visible()
    assert AttendanceDay.objects.count() == 7 * 26 - 1
    page.goto(f"/payroll/attendance/{project.code}/2026-10/")
    expect(page.locator(".wp-muster tbody tr")).to_have_count(7)


def test_the_register_on_a_phone_finds_by_number_and_shows_no_number(page, cast, project):
    batch_submit(batch_id=draft(project, [person(1)], subcontractor=cast.subcontractor).pk, actor=Actor.system("test"))
    attended(project, worker(1), [datetime.date(2026, 10, day) for day in range(8, 20)])
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.labour_officer)
    page.goto("/payroll/workers/")
    expect(page.locator("tbody tr")).to_have_count(8)
    fits(page)
    page.get_by_text("按完整身份证号查找").click()
    page.fill("[name=id_number]", id_number(1))
    page.get_by_role("button", name="查找").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert id_number(1) not in page.url + page.content()
    page.get_by_role("link", name=person(1)["name"]).click()
    for tab in ("合同", "进退场", "考勤", "工资"):
        chosen = page.locator(".wp-tabs").get_by_role("link", name=tab)
        chosen.click()
        expect(chosen).to_have_attribute("aria-current", "page")
        fits(page)
    page.locator(".wp-tabs").get_by_role("link", name="概况").click()
    page.get_by_role("button", name="显示").first.click()
    expect(page.get_by_text(id_number(1))).to_be_visible()


def test_what_a_leaver_is_owed_is_told_while_the_amounts_are_typed(page, cast, project):
    stay = project.roster.get(worker=worker(1)).stays.get()
    site_leave(stay_id=stay.pk, left_on=START + datetime.timedelta(days=20), actor=Actor.system("tests"))
    enter(page, cast.labour_officer)
    page.goto(f"/payroll/stays/{stay.pk}/settlement/")
    owed = page.locator("[data-balance]")
    expect(owed).to_contain_text("应补发 0.00 元")
    page.get_by_label("应得工资", exact=True).fill("5980.5")
    page.get_by_label("扣款", exact=True).fill("80")
    expect(owed).to_contain_text("应补发 5,900.50 元")
    page.get_by_label("已支付").fill("6000")
    expect(owed).to_contain_text("多付 99.50 元")
    page.get_by_label("已支付").press_sequentially("e")
    expect(owed).to_contain_text("金额填写完整后")
