"""A worker with an old telephone: the page at its width, without script, by hand."""

import re

import pytest
from playwright.sync_api import expect

from payroll.models import PayContest
from payroll.services.pay_links import site_token
from payroll.services.site_codes import site_code_make
from tests.factories.flow import SYSTEM, answers, submitted, tokens
from tests.factories.payroll import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(browser, live_server):
    """360 px wide, no JavaScript, Chinese."""
    context = browser.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        viewport={"width": 360, "height": 640},
        java_script_enabled=False,
        has_touch=True,
        is_mobile=True,
    )
    yield context.new_page()
    context.close()


def scrolls_sideways(page) -> bool:
    box = page.locator("main").bounding_box()
    return box["x"] < 0 or box["x"] + box["width"] > 360


def test_a_worker_confirms_and_another_contests(phone, project):
    batch = submitted(project, [person(n) for n in range(3)])
    first, second, _ = tokens(batch)
    phone.goto(f"/public/pay/{first}/")
    expect(phone.locator(".net")).to_contain_text("5,380.00")
    assert not scrolls_sideways(phone)
    button = phone.get_by_role("button", name="金额无误，确认")
    assert button.bounding_box()["height"] >= 48
    button.click()
    expect(phone.locator("[role=status]")).to_contain_text("已确认")

    phone.goto(f"/public/pay/{second}/")
    phone.get_by_role("link", name="有异议").click()
    assert not scrolls_sideways(phone)
    phone.get_by_label("天数不对").check()
    phone.get_by_label(re.compile("应当是什么")).fill("28 天")
    phone.get_by_label(re.compile("手机号")).fill("13900001234")
    phone.get_by_role("button", name="提交异议").click()
    expect(phone.locator("main")).to_contain_text("等待答复")
    assert [one.state for one in answers(batch)] == ["confirmed", "contested", "pending"]
    assert PayContest.objects.get().should_be == "28 天"


def test_a_worker_without_the_link_finds_the_pay_by_the_poster(phone, project):
    submitted(project, [person(n) for n in range(2)])
    token = site_token(site_code_make(project=project, actor=SYSTEM))
    phone.goto(f"/public/site/{token}/")
    row = person(1)
    phone.get_by_label("姓名").fill(row["name"])
    phone.get_by_label(re.compile("身份证号后 6 位")).fill(row["id_number"][-6:])
    phone.get_by_label(re.compile("手机号后 4 位")).fill(row["phone"][-4:])
    phone.get_by_role("button", name="查工资").click()
    expect(phone.locator("h1")).to_contain_text(row["name"])
