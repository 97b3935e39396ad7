"""From problem to problem with the keyboard, and from the list to the cell."""

import pytest
from playwright.sync_api import expect

from tests.cast import PASSWORD
from tests.factories.payroll import draft, person, site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def faulty(cast):
    rows = [person(n) for n in range(1, 12)]
    rows[2]["net_pay"], rows[8]["id_number"] = 1, "123"
    return draft(site(cast), rows)


def enter(page, user):
    page.goto("/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def test_j_and_k_lead_from_cell_to_cell_and_a_phone_reads_them_under_the_rows(page, cast, faulty):
    enter(page, cast.labour_officer)
    page.goto(f"/payroll/{faulty.pk}/")
    page.keyboard.press("j")
    expect(page.locator(".wp-grid td.is-current")).to_have_id("cN5")
    expect(page.locator("[data-problem][aria-current]")).to_contain_text("两者不符")
    expect(page.locator("[data-problem][aria-current]")).to_contain_text("依据：《保障农民工工资支付条例》")
    page.keyboard.press("j")
    expect(page.locator(".wp-grid td.is-current")).to_have_id("cC11")
    page.get_by_role("button", name="上一处").click()
    expect(page.locator(".wp-grid td.is-current")).to_have_id("cN5")
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator("[data-problems]")).to_be_hidden()
    expect(page.locator(".wp-grid__said").first).to_be_visible()


def test_the_first_error_is_one_step_away(page, cast):
    rows = [person(n, bank_name="星际银行") for n in range(1, 70)]
    rows[61]["net_pay"] = 1
    batch = draft(site(cast), rows)
    enter(page, cast.labour_officer)
    page.goto(f"/payroll/{batch.pk}/")
    expect(page.get_by_text("1 行有错误，不能提交")).to_be_visible()
    page.get_by_role("link", name="去看第一处错误").click()
    expect(page.locator("tr.is-current th")).to_have_text("64")
    # By key, too: this page has only notices, so it leads to the errors.
    page.goto(f"/payroll/{batch.pk}/")
    expect(page.get_by_role("button", name="下一处错误")).to_be_visible()
    page.keyboard.press("e")
    page.wait_for_url("**only=errors**")
    page.keyboard.press("e")
    expect(page.locator(".wp-grid td.is-current")).to_have_id("cN64")


def test_the_list_leads_to_the_cell(page, cast, faulty):
    enter(page, cast.labour_officer)
    page.goto(f"/payroll/{faulty.pk}/problems/")
    page.get_by_role("link", name="C11", exact=True).click()
    expect(page.locator("tr.is-current th")).to_have_text("11")


def test_the_choice_that_would_be_refused_is_closed(page, cast):
    enter(page, cast.supervisor)
    page.goto("/payroll/checks/unknown_worker/")
    page.get_by_role("heading", name="改变处理方式").click()
    follow = page.locator("option[value=follow]")
    expect(follow).to_be_disabled()
    page.get_by_label("适用范围").select_option("620702")
    expect(follow).to_be_enabled()
    page.get_by_label("处理方式").select_option("follow")
    page.get_by_label("适用范围").select_option("city")
    expect(follow).to_be_disabled()
    expect(page.get_by_label("处理方式")).to_have_value("notice")
