"""The upload page in a real browser: several files as lines of their own, dropping anywhere, errors that keep the file."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from payroll.models import PayrollBatch
from payroll.services.reading import batch_read
from tests.browser import fits
from tests.cast import PASSWORD, build_cast
from tests.factories.odd_sheets import odd_sheet
from tests.factories.payroll import person, sheet_bytes, site


@pytest.fixture
def place(transactional_db, settings):
    settings.PORTAL_TODAY = "2026-11-23"
    cast = build_cast()
    return cast, site(cast)


def enter(page: Page, user) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile(r"/$"))


def file(name: str, data: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def drop(page: Page, target: str, name: str, data: bytes) -> None:
    """Drop a file as a person's hand would."""
    carried = page.evaluate_handle(
        """([name, text]) => {
            const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], name));
            return carried;
        }""",
        [name, base64.b64encode(data).decode()],
    )
    for kind in ("dragenter", "dragover", "drop"):
        page.dispatch_event(target, kind, {"dataTransfer": carried})


def test_several_files_become_batches_of_their_employers_with_a_line_each(page: Page, place):
    cast, project = place
    enter(page, cast.labour_officer)
    page.goto(f"/payroll/upload/?project={project.code}&month=2026-10&employer=own")
    page.locator("#main [name=file]").set_input_files(
        [
            file("自有班组.xlsx", sheet_bytes([person(1)])),
            file("丹霞劳务10月.xlsx", odd_sheet()),
            file("坏的.xlsx", b"%PDF-1.7 nothing"),
        ]
    )
    lines = page.locator(".wp-queue__line")
    expect(lines).to_have_count(3)
    # The employer is taken from the file's name where it says so.
    expect(lines.nth(1).locator("select")).to_have_value(cast.subcontractor.code)
    expect(lines.nth(0).locator("select")).to_have_value("own")
    page.get_by_role("button", name="上传并核验").click()
    expect(lines.nth(2)).to_contain_text("不是电子表格文件")
    expect(lines.nth(0)).to_contain_text("已收到")
    for batch in PayrollBatch.objects.order_by("pk"):
        batch_read(batch.pk)
    expect(lines.nth(0)).to_contain_text("核验完成")
    expect(lines.nth(1)).to_contain_text("要核对列对应")
    own, theirs = PayrollBatch.objects.order_by("pk")
    assert (own.subcontractor, theirs.subcontractor) == (None, cast.subcontractor)
    lines.nth(1).get_by_role("link", name="去核对").click()
    expect(page).to_have_url(re.compile(rf"/payroll/{theirs.pk}/mapping/"))


def test_a_file_dropped_anywhere_is_taken_and_stays_when_something_else_is_wrong(page: Page, place):
    cast, project = place
    enter(page, cast.labour_officer)
    page.goto(f"/payroll/upload/?project={project.code}&month=2026-10&employer=own")
    drop(page, "h1", "10月.xlsx", sheet_bytes([person(1)]))
    expect(page.locator("[data-drop-file]")).to_contain_text("10月.xlsx")
    page.locator("#main form[data-upload] [name=month]").fill("2027-05")
    page.get_by_role("button", name="上传并核验").click()
    expect(page.locator("#main")).to_contain_text("文件还没有上传，请先改正")
    expect(page.locator("#main")).to_contain_text("2027-05 还没有到")
    expect(page.locator("[data-drop-file]")).to_contain_text("10月.xlsx")
    page.locator("#main form[data-upload] [name=month]").fill("2026-10")
    page.get_by_role("button", name="上传并核验").click()
    expect(page).to_have_url(re.compile(r"/payroll/\d+/"))
    assert PayrollBatch.objects.get().month_on.month == 10


def test_choosing_another_month_says_what_is_there_without_a_new_page(browser, live_server, place):
    cast, _project = place
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844})
    page = context.new_page()
    enter(page, cast.labour_officer)
    page.goto("/payroll/upload/")
    expect(page.locator("#standing")).to_contain_text("总包自有班组 2026-10 还没有工资表")
    page.locator("#main form[data-upload] [name=employer]").select_option(cast.subcontractor.code)
    expect(page.locator("#standing")).to_contain_text(f"{cast.subcontractor.name} 2026-10 还没有工资表")
    expect(page.locator("#blanks")).to_contain_text(f"{cast.subcontractor.name}在这个项目还没有提交过")
    page.locator("#main form[data-upload] [name=month]").fill("2026-09")
    page.locator("#main form[data-upload] [name=month]").blur()
    expect(page.locator("#standing")).to_contain_text("2026-09 还没有工资表")
    fits(page)
    context.close()
