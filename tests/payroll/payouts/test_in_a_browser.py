"""One month's pay in a real browser: noticed, the file, the bank's failures, a corrected card, sent again, paid."""

import pytest
from playwright.sync_api import expect

from payroll.models import PayoutFile, PayrollBatch
from payroll.services.card_answers import card_confirm
from payroll.services.pay_links import pay_token
from payroll.services.payout_files import payout_files_make
from payroll.services.result_reading import result_read
from responsibilities.services.trail import Actor
from tests.cast import PASSWORD, build_cast
from tests.factories.payouts import answer_bytes, answers, noticed, special_account
from tests.factories.payroll import card_number, site

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_notice_to_paid_with_one_card_corrected(page):
    cast = build_cast()
    project = site(cast)
    special_account(project, cast.bank)
    batch = noticed(project, 3)
    page.goto("/login/")
    page.get_by_label("用户名").fill("labour_officer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto(f"/payroll/{batch.pk}/")
    page.get_by_role("link", name="办理代发").click()
    page.get_by_label("银行文件版式").select_option("icbc")
    expect(page.get_by_role("columnheader", name="自定义序号")).to_be_visible()
    page.get_by_role("button", name="生成代发文件（3 笔").click()
    page.get_by_role("button", name="生成 3 笔").click()
    expect(page.get_by_text("代发文件已生成：3 笔")).to_be_visible()
    with page.expect_download() as got:
        page.locator("a[href$='/download/']").first.click()
    assert got.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("button", name="已送银行").first.click()
    page.get_by_role("dialog").get_by_role("button", name="已送银行").click()
    expect(page.get_by_text("已送银行，等待结果").first).to_be_visible()
    _answer(page, PayoutFile.objects.get(), {2: "账户已销户"})
    expect(page.get_by_text("已发 2 / 3").first).to_be_visible()
    expect(page.get_by_text("银行卡已销户")).to_be_visible()
    page.locator("td.wp-do a", has_text="处理").first.click()
    name = batch.lines.get(payouts__row=2).worker.name
    page.get_by_label("新银行卡号").fill(card_number(88))
    page.get_by_label("户名").fill(name)
    page.get_by_label("开户银行").fill("甘肃银行")
    page.get_by_label("更换理由").fill("原卡销户，工人提供新卡")
    page.get_by_role("button", name="保存新卡").click()
    expect(page.get_by_text("工资卡已更换")).to_be_visible()
    expect(page.get_by_text(f"等{name}本人核对新卡")).to_be_visible()
    card_confirm(token=pay_token(batch.lines.get(payouts__row=2).confirmation.key), actor=Actor.system("tests"))
    page.goto(f"/payroll/{batch.pk}/payout/")
    page.get_by_role("button", name="生成代发文件（1 笔").click()
    page.get_by_role("button", name="生成 1 笔").click()
    expect(page.get_by_text("代发文件已生成：1 笔")).to_be_visible()
    _answer(page, PayoutFile.objects.get(sequence=2), {})
    expect(page.get_by_text("这份工资表已全部发放")).to_be_visible()
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID


def _answer(page, file, failures):
    """The bank's file dropped, read, and taken."""
    page.goto(f"/payroll/payouts/{file.pk}/result/")
    data = answer_bytes(answers(file, failures))
    page.set_input_files(
        "input[name=file]",
        {
            "name": "回执.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": data,
        },
    )
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/payroll/results/*/**")
    result_read(file.results.latest("id").pk)
    take = page.get_by_role("button", name=f"登记 {file.rows} 笔结果")
    expect(take).to_be_visible()
    take.click()
    page.get_by_role("dialog").get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/payout/")


def test_the_banks_word_on_the_whole_is_asked_for_its_evidence_and_then_repeated(page):
    cast = build_cast()
    project = site(cast)
    special_account(project, cast.bank)
    batch = noticed(project, 3)
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=Actor.system("tests")).files[0]
    page.goto("/login/")
    page.get_by_label("用户名").fill("labour_officer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto(f"/payroll/payouts/{file.pk}/result/")
    press = page.get_by_role("button", name="全部发放成功")
    press.click()
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.get_by_label("依据").fill("HD1")
    press.click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("等待结果的 3 笔、合计 16,140.00 元，全部登记为“全部发放成功”")
    asked.get_by_role("button", name="登记为“全部发放成功”").click()
    expect(page.get_by_text("3 笔已登记为已发放")).to_be_visible()
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID
