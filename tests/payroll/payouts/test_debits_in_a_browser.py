"""Saying what a debit is, on a phone: only what the choice needs is asked."""

import datetime

import pytest
from playwright.sync_api import expect

from accounts.models import StatementLine
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.browser import fits
from tests.cast import PASSWORD, build_cast
from tests.factories.debits import movement, paid_through_the_bank
from tests.factories.payouts import noticed, paying_site

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")


def test_two_workers_sum_is_explained_on_a_phone(page):
    cast = build_cast()
    project = paying_site(cast)
    paid_through_the_bank(noticed(project, 3))
    movement(project, "10760.00", day=today() - datetime.timedelta(days=1), reference="A")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/login/")
    page.get_by_label("用户名").fill("labour_officer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto(f"/payroll/reconciliation/{project.code}/matching/")
    fits(page)
    page.get_by_role("link", name="说明用途").click()
    expect(page.get_by_role("heading", name="这笔支出是什么")).to_be_visible()
    expect(page.locator("#part-payouts")).to_be_hidden()
    round_ = page.locator("input[type=radio]").first.bounding_box()
    assert round_["width"] == round_["height"], "fields are made higher on a phone, choices are not"
    page.get_by_label("已冲正或退回专户").check()
    expect(page.locator("#part-reversed_by")).to_be_visible()
    expect(page.locator("#part-payouts")).to_be_hidden()
    page.get_by_label("几名工人的工资合并成一笔支付").check()
    expect(page.locator("#part-payouts")).to_be_visible()
    expect(page.locator("#part-reversed_by")).to_be_hidden()
    page.get_by_label("就是某一笔代发").check()
    expect(page.locator("#part-payouts")).to_be_visible()
    page.get_by_label("几名工人的工资合并成一笔支付").check()
    boxes = page.locator("#part-payouts input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_label("说明", exact=True).fill("银行合并支付，回单 0012")
    fits(page)
    page.get_by_role("button", name="保存说明").click()
    expect(page.get_by_text("已说明这笔支出")).to_be_visible()
    expect(page.get_by_text("没有等待核对的支出")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销说明")).to_be_visible()
    assert StatementLine.objects.count() == 1
    said = page.evaluate(
        """() => ["u-red u-text", "wp-sub u-red u-text", "wp-sub"].map((name) => {
            const element = document.createElement("span");
            element.className = name;
            document.body.append(element);
            return getComputedStyle(element).color;
        })"""
    )
    assert said[0] == said[1] != said[2], "what is told in red under a row is red"
