"""A month of pay in a real browser, with a real worker process: from a sheet with titles of its own to the last credit.

The labour officer uploads → says which column is the pay → sees the mistake at its cell → repairs the file (which is
now read without a question) → signs → the workers confirm on a telephone → audit → notice on site → when its days are
over, the file for the bank → the bank's answer with one failure → another card → sent again → paid → the worker's slip.
"""

import datetime
import re
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from payroll.models import PayConfirmation, Payout, PayoutFile, PayrollBatch
from payroll.services.pay_links import pay_token
from tests.browser import fits
from tests.cast import PASSWORD, build_cast
from tests.factories.flow import PICTURE
from tests.factories.payouts import answer_bytes, answers, special_account
from tests.factories.payroll import card_number, id_number, person, site

UPLOADED_ON, PAID_ON = datetime.date(2026, 11, 2), datetime.date(2026, 11, 16)
MONTH = "2026-10"
PEOPLE = range(1, 5)
WRONG = 4
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATIENCE = 90_000
NET = {n: Decimal(4000 + n * n) for n in PEOPLE}
REFUSED, NEW_CARD = 2, 88

pytestmark = pytest.mark.django_db(transaction=True)


def sheet(*, mistake: bool) -> bytes:
    """Four people under titles of the contractor's own; nothing adds up to what is paid, so only a person knows.

    With the mistake the fourth person's ID number ends wrongly.
    """
    book = openpyxl.Workbook()
    page = book.active
    page.title = "10月"
    page.append(["滨河新区安置房 10 月"])
    page.append(["序", "谁", "身份证号", "卡", "几天", "全部", "扣了", "到手", "队里"])
    for n in PEOPLE:
        number = id_number(n)
        if mistake and n == WRONG:
            number = number[:-1] + ("1" if number[-1] == "0" else "0")
        page.append([n, person(n)["name"], number, card_number(n), 26, 5980 + n, 77 * n, NET[n], f"木工{n % 3}班"])
    box = BytesIO()
    book.save(box)
    return box.getvalue()


@pytest.fixture
def pinned_worker(monkeypatch):
    """The worker is a process of its own: the date reaches it through the environment."""
    monkeypatch.setenv("PORTAL_TODAY", UPLOADED_ON.isoformat())


@pytest.fixture
def cast(pinned_worker, celery_worker_process, settings):
    settings.PORTAL_TODAY = UPLOADED_ON.isoformat()
    return build_cast()


@pytest.fixture
def project(cast):
    project = site(cast)
    special_account(project, cast.bank)
    return project


@pytest.fixture
def phone(browser, live_server):
    """A worker's telephone: 390 px, no login."""
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def upload(page: Page, project, data: bytes) -> None:
    page.goto(f"/payroll/upload/?project={project.code}&month={MONTH}")
    page.set_input_files("input[name=file]", {"name": "10月工资.xlsx", "mimeType": XLSX, "buffer": data})
    page.get_by_role("button", name=re.compile("上传并核验")).click()
    page.wait_for_url(re.compile(r"/payroll/\d+/"), timeout=PATIENCE)


def agree(page: Page, button: str) -> None:
    """What is asked once before it is done."""
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def test_from_a_sheet_of_ones_own_to_the_last_credit(page: Page, phone: Page, cast, project, settings):
    officer = cast.labour_officer
    page.goto("/login/")
    page.fill("[name=username]", officer.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile(r"/$"))

    # Upload: nobody could know which column is paid, so the page asks.
    upload(page, project, sheet(mistake=True))
    page.wait_for_url(re.compile(r"/payroll/\d+/mapping/"), timeout=PATIENCE)
    column = page.locator('tr[data-map-column="H"]')
    column.scroll_into_view_if_needed()
    page.locator('[data-map-chip="net_pay"]').drag_to(column)
    expect(column.locator("select")).to_have_value("net_pay")
    page.get_by_role("button", name="保存并读取").click()

    # The mistake stands at its cell.
    cell = page.locator(".wp-grid tbody td.u-red").first
    expect(cell).to_be_visible(timeout=PATIENCE)
    expect(page.locator("body")).to_contain_text("校验不符")
    wrong = PayrollBatch.objects.get()
    assert (wrong.status, wrong.accepted, wrong.rejected) == ("draft", len(PEOPLE) - 1, 1)

    # The repaired file is read as it was confirmed: no question any more.
    upload(page, project, sheet(mistake=False))
    expect(page.get_by_label("输入您本人的姓名作为签名")).to_be_visible(timeout=PATIENCE)
    batch = PayrollBatch.objects.latest("id")
    assert (batch.status, batch.accepted, batch.columns["net_pay"]) == ("draft", len(PEOPLE), "H")
    expect(page.locator("body")).to_contain_text("列对应")

    # Signed with another name it is refused; with one's own it is submitted.
    page.get_by_label("输入您本人的姓名作为签名").fill("别人")
    page.get_by_role("button", name=f"提交 {len(PEOPLE)} 行").first.click()
    agree(page, f"提交 {len(PEOPLE)} 行")
    expect(page.locator("body")).to_contain_text("签名")
    batch.refresh_from_db()
    assert batch.status == "draft"
    page.get_by_label("输入您本人的姓名作为签名").fill(officer.name)
    page.get_by_role("button", name=f"提交 {len(PEOPLE)} 行").first.click()
    agree(page, f"提交 {len(PEOPLE)} 行")
    expect(page.locator("body")).to_contain_text("已提交")
    batch.refresh_from_db()
    assert (batch.status, batch.stage) == ("submitted", "confirming")

    # The workers confirm on their telephones.
    for confirmation in PayConfirmation.objects.filter(batch=batch).order_by("line__row"):
        phone.goto(f"/public/pay/{pay_token(confirmation.key)}/")
        phone.get_by_role("button", name="金额无误，确认").tap()
        expect(phone.locator("[role=status]")).to_contain_text("已确认")
    fits(phone)

    # Audit, notice on site, and when its days are over the file for the bank.
    page.goto(f"/payroll/{batch.pk}/audit/")
    page.get_by_label("输入您本人的姓名作为签名").fill(officer.name)
    page.get_by_role("button", name="审核通过").click()
    agree(page, "审核通过")
    expect(page.locator("body")).to_contain_text("总包已审核")
    page.goto(f"/payroll/{batch.pk}/notice/")
    page.locator("[name=place]").fill("项目部门口")
    page.locator("[name=posted_on]").fill("2026-11-02")
    page.locator("[name=photos]").set_input_files({"name": "公示.png", "mimeType": "image/png", "buffer": PICTURE})
    page.get_by_role("button", name="登记公示").click()
    expect(page.locator("body")).to_contain_text("已登记公示")
    settings.PORTAL_TODAY = PAID_ON.isoformat()
    page.goto(f"/payroll/{batch.pk}/")
    page.get_by_role("link", name="办理代发").click()
    page.get_by_label("银行文件版式").select_option("icbc")
    expect(page.get_by_role("columnheader", name="自定义序号")).to_be_visible()
    rows = make_and_download(page, sequence=1, payments=len(PEOPLE))
    assert [(row["收款账号"], row["收款账号名称"], Decimal(str(row["金额"]))) for row in rows] == [
        (card_number(n), person(n)["name"], NET[n]) for n in PEOPLE
    ]
    batch.refresh_from_db()
    assert batch.stage == "paying"
    assert sum(Payout.objects.values_list("amount", flat=True)) == sum(NET.values()) == batch.total_net

    # The bank couldn't pay one of them: its reason stands there, the card is replaced, only that line goes again.
    take_answer(page, PayoutFile.objects.get(), {REFUSED: "账户已销户"})
    expect(page.get_by_text(f"已发 {len(PEOPLE) - 1} / {len(PEOPLE)}").first).to_be_visible()
    page.get_by_role("row", name=person(REFUSED)["name"]).get_by_role("link", name="处理").click()
    page.get_by_label("新银行卡号").fill(card_number(NEW_CARD))
    page.get_by_label("户名").fill(person(REFUSED)["name"])
    page.get_by_label("开户银行").fill("甘肃银行")
    page.get_by_label("更换理由").fill("原卡销户，工人提供新卡")
    page.get_by_role("button", name="保存新卡").click()
    expect(page.get_by_text("工资卡已更换")).to_be_visible()

    # The new card waits until its owner says on the telephone that it is his.
    page.goto(f"/payroll/{batch.pk}/payout/?layout=icbc")
    expect(page.get_by_text("还没有经工人本人核对").first).to_be_visible()
    asked = PayConfirmation.objects.get(batch=batch, line__worker__name=person(REFUSED)["name"])
    phone.goto(f"/public/pay/{pay_token(asked.key)}/")
    expect(phone.locator("body")).to_contain_text("请核对您的银行卡")
    fits(phone)
    phone.get_by_role("button", name="是我的卡", exact=True).tap()
    expect(phone.locator("[role=status]")).to_contain_text("已核对")
    page.goto(f"/payroll/{batch.pk}/payout/?layout=icbc")
    rows = make_and_download(page, sequence=2, payments=1)
    assert [(row["收款账号"], Decimal(str(row["金额"]))) for row in rows] == [(card_number(NEW_CARD), NET[REFUSED])]
    take_answer(page, PayoutFile.objects.get(sequence=2), {})
    expect(page.get_by_text("这份工资表已全部发放")).to_be_visible()
    batch.refresh_from_db()
    assert batch.stage == "paid"
    paid = Payout.objects.filter(state=Payout.State.PAID)
    assert dict(paid.values_list("line__row", "amount")) == {line.row: line.net for line in batch.lines.all()}, (
        "every line is paid once, with its own amount"
    )

    # The worker sees it on the link of the first day, with the new card.
    confirmation = PayConfirmation.objects.get(batch=batch, line__worker__name=person(REFUSED)["name"])
    phone.goto(f"/public/pay/{pay_token(confirmation.key)}/")
    expect(phone.locator("body")).to_contain_text("已经发放")
    expect(phone.locator("body")).to_contain_text(f"尾号 {card_number(NEW_CARD)[-4:]}")
    expect(phone.locator(".net")).to_contain_text(f"{NET[REFUSED]:,.2f}")
    fits(phone)


def make_and_download(page: Page, *, sequence: int, payments: int) -> list[dict]:
    """The pay-out file made and downloaded: its rows by title."""
    page.get_by_role("button", name=f"生成代发文件（{payments} 笔").click()
    agree(page, f"生成 {payments} 笔")
    expect(page.get_by_text(f"代发文件已生成：{payments} 笔")).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("link", name=re.compile(rf"下载\s*第 {sequence} 份")).click()
    book = openpyxl.load_workbook(BytesIO(got.value.path().read_bytes()))
    titles, *rows = book.active.iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rows]


def take_answer(page: Page, file: PayoutFile, failures: dict[int, str]) -> None:
    """The file given to the bank, the bank's own file dropped, read by the worker, and taken."""
    page.get_by_role("button", name="已送银行").first.click()
    agree(page, "已送银行")
    expect(page.get_by_text(f"已登记第 {file.sequence} 份代发文件送交银行")).to_be_visible()
    page.get_by_role("link", name=re.compile(rf"登记银行结果\s*：第 {file.sequence} 份")).click()
    data = answer_bytes(answers(file, failures))
    page.set_input_files("input[name=file]", {"name": "回执.xlsx", "mimeType": XLSX, "buffer": data})
    page.get_by_role("button", name="上传并核对").click()
    take = page.get_by_role("button", name=f"登记 {file.rows} 笔结果")
    expect(take).to_be_visible(timeout=PATIENCE)
    take.click()
    agree(page, "登记")
    expect(page.get_by_text("银行结果已登记")).to_be_visible()
