"""An older link says what became of the pay and where the newer one is; a closed contest says what to do instead."""

import datetime

import pytest
from django.test import Client

from payroll.models import PayConfirmation, PayContest, Payout, PayoutFile
from payroll.selectors.declarations import whole_figure
from payroll.services.audits import batch_return
from payroll.services.payout_files import payout_file_void, payout_files_make
from responsibilities.selectors.clock import now, today
from tests.factories.flow import SYSTEM, submitted, tokens
from tests.factories.payouts import noticed, special_account
from tests.factories.payroll import person

pytestmark = pytest.mark.django_db


def pay(token):
    return f"/public/pay/{token}/"


def shown(token, part="", status=200) -> str:
    answer = Client().get(f"{pay(token)}{part}")
    assert answer.status_code == status
    return answer.content.decode()


def step(token) -> str:
    """What stands beside 办到哪一步."""
    return shown(token).split("办到哪一步</th><td>")[1].split("</td>")[0]


def test_a_replaced_sheet_says_so_and_leads_to_the_newer_one(project):
    old = tokens(submitted(project, [person(1)]))[0]
    new = tokens(submitted(project, [person(1, net_pay=5000, gross=5600)]))[0]
    assert "请看更正后的工资" in step(old)
    assert pay(new) in shown(old)
    assert "等您和工友确认" in step(new)


def test_who_is_left_out_of_the_corrected_sheet_is_told_so_and_whom_to_call(project):
    old = tokens(submitted(project, [person(1), person(2)]))[0]
    submitted(project, [person(2)])
    page = shown(old)
    assert "更正后的工资表里没有您" in page
    assert "金额改好后" not in page
    assert "劳动保障监察机构投诉" in page.split("<footer")[0]
    assert "12333" in page.split("<footer")[0]


def test_a_returned_sheet_is_being_corrected(project):
    batch = submitted(project, [person(1)])
    token = tokens(batch)[0]
    batch_return(batch_id=batch.pk, version=batch.version, reason="天数有误", actor=SYSTEM)
    assert "还没有重新提交" in step(token)
    assert "金额改好后" in shown(token)


def test_a_file_that_was_voided_is_not_with_the_bank(cast, project):
    special_account(project, cast.bank)
    batch = noticed(project, 2)
    token = tokens(batch)[0]
    assert "等待发放" in step(token)
    (file,) = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files
    assert step(token) == "单位正在办理，还没有送银行"
    payout_file_void(file_id=file.pk, reason="版式选错", actor=SYSTEM)
    assert step(token) == "单位正在重新办理，您这一笔还没有送银行"
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    PayoutFile.objects.filter(state="made").update(state="sent")
    assert step(token) == "已送银行，等银行发放"
    mine = Payout.objects.filter(line__confirmation__batch=batch, state="pending").order_by("row").first()
    Payout.objects.filter(pk=mine.pk).update(state="failed")
    assert step(token) == f"银行没有发成（尾号 {mine.card.last4} 的卡），等单位更正后重新发放"
    # A colleague's line goes its own way.
    Payout.objects.filter(state="pending").update(state="paid", paid_on=datetime.date(2026, 11, 3))
    assert "银行没有发成" in step(token)
    assert step(tokens(batch)[1]).startswith("2026年11月3日已发放到尾号")


# ── where nothing can be contested here ─────────────────────────────────


def closed(token) -> str:
    page = shown(token, "contest/")
    assert "<form" not in page
    assert "劳动保障监察机构投诉" in page.split("<footer")[0]
    return page


def test_the_form_stands_where_a_contest_is_taken(project):
    assert "<form" in shown(tokens(submitted(project, [person(1)]))[0], "contest/")


def test_a_replaced_sheet_is_contested_on_the_newer_page(project):
    old = tokens(submitted(project, [person(1)]))[0]
    new = tokens(submitted(project, [person(1, net_pay=5000, gross=5600)]))[0]
    assert pay(new) in closed(old)
    answer = Client().post(f"{pay(old)}contest/", {"reason": "days"})
    assert (answer.status_code, PayContest.objects.count()) == (422, 0)


def test_who_has_contested_already_or_too_often_reads_what_to_do(project):
    token = tokens(submitted(project, [person(1)]))[0]
    Client().post(f"{pay(token)}contest/", {"reason": "days"})
    assert "正在处理" in closed(token)
    first = PayContest.objects.get()
    PayContest.objects.update(state="withdrawn")
    for _ in range(whole_figure("pay_contests_most", today()) - 1):
        first.pk, first.state = None, "withdrawn"
        first.save()
    PayConfirmation.objects.update(state="confirmed", at=now())
    assert "次数已经用完" in closed(token)
    page = shown(token)
    assert "次数已经用完" in page
    assert f"{pay(token)}contest/" not in page


def test_who_was_paid_can_still_say_that_nothing_came(cast, project):
    """Only then can he know; it is put right as back pay."""
    special_account(project, cast.bank)
    batch = noticed(project, 1)
    token = tokens(batch)[0]
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=datetime.date(2026, 11, 3))
    page = shown(token)
    assert "没收到钱，或者金额不对" in page
    assert "劳动保障监察机构投诉" in page.split("<footer")[0]
    assert "<form" in shown(token, "contest/")
