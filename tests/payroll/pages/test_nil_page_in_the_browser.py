"""The form of 本月无用工 follows the project, month and employer that are chosen, and keeps what was typed."""

import pytest
from playwright.sync_api import expect

from tests.factories.payroll import MONTH, site
from tests.factories.people import on_roster, worker
from tests.payroll.pages.test_problems_in_the_browser import enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_sites(cast):
    sites = site(cast), site(cast, "ZY-2026-011")
    on_roster(sites[1], worker(1), cast.subcontractor, entered_on=MONTH)
    return sites


@pytest.mark.parametrize("width", [1440, 390])
def test_employers_and_who_was_there_follow_what_is_chosen(page, cast, two_sites, settings, width):
    settings.PORTAL_TODAY = "2026-11-23"
    page.set_viewport_size({"width": width, "height": 850})
    enter(page, cast.subcontractor_clerk)
    page.goto("/payroll/nil/")
    employer, button = page.get_by_label("用工单位"), page.locator(".wp-actions button")
    page.get_by_label("没有用工的原因").fill("冬季停工")
    page.get_by_label("项目").select_option(two_sites[0].code)
    expect(employer.locator("option")).to_have_text([cast.subcontractor.name])
    page.get_by_label("月份").fill("2026-10")
    expect(button).to_have_text("签名申报无用工")
    page.get_by_label("项目").select_option(two_sites[1].code)
    expect(page.get_by_text("有 1 人在场。")).to_be_visible()
    expect(button).to_have_text("当月有 1 人在场，仍申报无用工")
    expect(page.get_by_label("这些人当月为什么没有用工")).to_be_visible()
    expect(page.get_by_label("没有用工的原因")).to_have_value("冬季停工")
    page.get_by_label("项目").select_option(two_sites[0].code)
    expect(page.get_by_text("有 1 人在场。")).to_have_count(0)
    expect(button).to_have_text("签名申报无用工")
    page.get_by_label("输入您本人的姓名作为签名").fill(cast.subcontractor_clerk.name)
    button.click()
    expect(page.get_by_text("已申报 2026-10 无用工")).to_be_visible()
