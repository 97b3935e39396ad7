"""A button that can't be undone asks from the moment that it can be seen, however slow the rest of the page is."""

import pytest
from playwright.sync_api import expect

from payroll.models import PayrollBatch
from tests.cast import PASSWORD
from tests.factories.payroll import draft, person, site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def batch(cast, page):
    batch = draft(site(cast), [person(1)])
    page.goto("/login/")
    page.get_by_label("用户名").fill("labour_officer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    return batch


def test_it_asks_while_the_pages_script_is_still_on_its_way(page, batch):
    page.route("**/js/portal*.js", lambda _route: None)  # never answered
    page.goto(f"/payroll/{batch.pk}/", wait_until="commit")
    page.get_by_role("button", name="撤回这份工资表").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DRAFT


def test_where_that_script_never_came_the_server_asks(page, batch):
    page.route("**/js/confirm*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"/payroll/{batch.pk}/")
    page.get_by_role("button", name="撤回这份工资表").click()
    expect(page.get_by_role("heading", name="请确认")).to_be_visible()
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DRAFT
    page.get_by_role("button", name="确定办理").click()
    expect(page.get_by_text("已撤回").first).to_be_visible()
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DISCARDED


def test_without_any_guard_it_would_be_gone(page, batch):
    """The control: the click does submit where neither asks."""
    page.route("**/js/confirm*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"/payroll/{batch.pk}/")
    button = page.get_by_role("button", name="撤回这份工资表")
    button.evaluate("element => element.removeAttribute('name')")
    button.click()
    expect(page.get_by_text("已撤回").first).to_be_visible()
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DISCARDED
