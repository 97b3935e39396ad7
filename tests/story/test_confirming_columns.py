"""Confirming columns in a real browser: by dragging, by keyboard, by the select alone without script, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from payroll.models import ColumnLayout, PayrollBatch
from payroll.services.reading import batch_read
from tests.browser import fits
from tests.cast import PASSWORD, build_cast
from tests.factories.odd_sheets import ODD_TITLES, odd_sheet
from tests.factories.payroll import site, upload


@pytest.fixture
def batch(transactional_db, settings):
    """A sheet whose net pay has no helpful title and nothing else adds up, so that 实发 has no column."""
    settings.PORTAL_TODAY = "2026-11-23"
    cast = build_cast()
    rows = [[n, *odd_sheet_row(n)] for n in range(1, 7)]
    titles = (*ODD_TITLES[:7], "丁项", ODD_TITLES[8])
    batch = upload(site(cast), odd_sheet(rows, titles=titles), user=cast.labour_officer)
    batch_read(batch.pk)
    batch.refresh_from_db()
    batch.cast = cast
    return batch


def odd_sheet_row(n):
    from tests.factories.payroll import card_number, id_number, person

    return [person(n)["name"], id_number(n), card_number(n), 26, 5980 + n, 77 * n, 4000 + n * n, f"木工{n % 3 + 1}班"]


def enter(page: Page, user) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile(r"/$"))


def chip(page: Page, name: str):
    return page.locator(f'[data-map-chip="{name}"]')


def column(page: Page, letter: str):
    return page.locator(f'tr[data-map-column="{letter}"]')


def drag(page: Page, name: str, letter: str) -> None:
    """The chips stay in sight while the columns scroll by."""
    column(page, letter).scroll_into_view_if_needed()
    expect(chip(page, name)).to_be_in_viewport()
    chip(page, name).drag_to(column(page, letter))


def read(batch) -> PayrollBatch:
    batch_read(batch.pk)
    return PayrollBatch.objects.get(pk=batch.pk)


def test_a_field_is_dragged_onto_its_column_and_the_rows_follow(page: Page, batch):
    assert batch.status == "mapping"
    enter(page, batch.cast.labour_officer)
    page.goto(f"/payroll/{batch.pk}/mapping/")
    select = column(page, "H").locator("select")
    expect(select).to_have_value("")
    expect(page.locator("#live-0")).to_contain_text("还没有实发工资列")
    drag(page, "net_pay", "H")
    expect(select).to_have_value("net_pay")
    expect(column(page, "H").get_by_text("您指定")).to_be_visible()
    expect(page.locator("#live-0")).not_to_contain_text("还没有实发工资列")
    expect(page.locator("#preview-0")).to_contain_text("4,001.00")
    expect(chip(page, "net_pay")).to_contain_text("H 列")
    # Onto another column: it leaves the first one.
    drag(page, "net_pay", "F")
    expect(select).to_have_value("")
    expect(column(page, "F").locator("select")).to_have_value("net_pay")
    # The rows have followed: nothing on the page moves while the next one is dragged.
    expect(page.locator("#preview-0")).not_to_contain_text("4,001.00")
    drag(page, "net_pay", "H")
    expect(select).to_have_value("net_pay")
    page.get_by_role("button", name="保存并读取").click()
    expect(page).to_have_url(re.compile(rf"/payroll/{batch.pk}/$"))
    done = read(batch)
    assert (done.status, done.columns["net_pay"], done.layout["by"]) == ("draft", "H", "person")
    assert ColumnLayout.objects.get().organization == batch.cast.contractor


def test_a_field_is_picked_up_and_put_down_by_keyboard(page: Page, batch):
    enter(page, batch.cast.labour_officer)
    page.goto(f"/payroll/{batch.pk}/mapping/")
    chip(page, "net_pay").focus()
    page.keyboard.press("Enter")
    expect(chip(page, "net_pay")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-mapping-say]")).to_contain_text("已拿起“实发工资”")
    page.keyboard.press("Escape")
    expect(chip(page, "net_pay")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    for _step in range(8):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-mapping-say]")).to_contain_text("H 列")
    page.keyboard.press("Enter")
    expect(column(page, "H").locator("select")).to_have_value("net_pay")
    expect(chip(page, "net_pay")).to_contain_text("H 列")


def test_the_select_alone_is_enough_and_mistakes_come_back_at_their_column(browser, live_server, batch):
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    enter(page, batch.cast.labour_officer)
    page.goto(f"/payroll/{batch.pk}/mapping/")
    column(page, "H").locator("select").select_option("net_pay")
    column(page, "I").locator("select").select_option("net_pay")
    page.get_by_role("button", name="保存并读取").click()
    expect(column(page, "I")).to_contain_text("同时指定在 H、I 列")
    expect(column(page, "H").locator("select")).to_have_value("net_pay")
    column(page, "I").locator("select").select_option("crew")
    page.get_by_role("button", name="保存并读取").click()
    expect(page).to_have_url(re.compile(rf"/payroll/{batch.pk}/$"))
    assert read(batch).columns["net_pay"] == "H"
    context.close()


def test_on_a_phone_a_tap_picks_up_and_a_tap_puts_down_and_nothing_runs_over(browser, live_server, batch):
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True
    )
    page = context.new_page()
    enter(page, batch.cast.labour_officer)
    page.goto(f"/payroll/{batch.pk}/mapping/")
    fits(page)
    chip(page, "net_pay").tap()
    column(page, "H").locator("td.wp-lead").tap()
    expect(column(page, "H").locator("select")).to_have_value("net_pay")
    expect(page.locator("#preview-0")).to_contain_text("4,001.00")
    fits(page)
    context.close()
