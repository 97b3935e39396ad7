"""A contest and its answer follow the worker from the sheet that was contested to the one that was put right."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from payroll.rules.contests import ContestAct
from payroll.services.answers import Claim, contest_raise, contest_withdraw
from payroll.services.audits import batch_return
from payroll.services.contests import contest_settle
from tests.factories.flow import SYSTEM, WORKER, submitted, tokens
from tests.factories.payroll import person

pytestmark = pytest.mark.django_db
ANSWER = "核对考勤，确实少记两天。"


def shown(token) -> str:
    return Client().get(f"/public/pay/{token}/").content.decode()


def seen(page) -> str:
    """As it is read: without tags, and blanks taken together."""
    return " ".join(strip_tags(page.replace("<", " <")).split())


@pytest.fixture
def old(cast, project):
    """A sheet whose first worker contests his days, which the employer accepts."""
    batch = submitted(project, [person(1), person(2)], subcontractor=cast.subcontractor)
    contest = contest_raise(token=tokens(batch)[0], claim=Claim(reason="days", should_be="28 天"), actor=WORKER)
    contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer=ANSWER, actor=SYSTEM)
    return batch


def put_right(cast, project):
    rows = [person(1, days=28, gross=6440, net_pay=5840), person(2)]
    return submitted(project, rows, subcontractor=cast.subcontractor)


def returned(batch):
    batch_return(batch_id=batch.pk, version=batch.version, reason="天数有误", actor=SYSTEM)


def test_the_worker_reads_the_answer_while_the_sheet_is_corrected_and_on_the_new_one(cast, project, old):
    first, other = tokens(old)
    returned(old)
    page = shown(first)
    assert ANSWER in page
    assert "您反映的，单位已采纳" in page
    assert "工资表还在更正" in page
    new = tokens(put_right(cast, project))
    for token in (first, new[0]):
        page = shown(token)
        assert ANSWER in page
        assert "应当是 28 天" in page
        text = seen(page)
        assert "出勤天数：26 改成 28 天" in text
        assert "实发：5,380.00 改成 5,840.00 元" in text
        assert "扣款：" not in text, "the control: what stayed"
        assert "单位已采纳，将更正" not in page, "nothing is asked of him here"
    for token in (other, new[1]):
        assert ANSWER not in shown(token), "the control: nobody else reads it"


def test_days_that_were_put_right_at_the_same_pay_read_as_changed(cast, project, old):
    returned(old)
    batch = submitted(project, [person(1, days=28, unit_price=None), person(2)], subcontractor=cast.subcontractor)
    text = seen(shown(tokens(batch)[0]))
    assert "出勤天数：26 改成 28 天" in text
    assert "单价：230.00 改成 无" in text
    assert "实发：" not in text


def test_a_corrected_sheet_that_left_everything_as_it_was_says_so(cast, project, old):
    returned(old)
    same = submitted(project, [person(1), person(2)], subcontractor=cast.subcontractor)
    assert "天数、金额和银行卡都和您反映的时候一样" in shown(tokens(same)[0])


def test_who_waits_for_an_answer_and_finds_it_put_right_agrees_by_one_button(cast, project):
    rows = [person(1), person(2)]
    first = submitted(project, rows, subcontractor=cast.subcontractor)
    for token in tokens(first):
        contest_raise(token=token, claim=Claim(reason="days", should_be="28 天"), actor=WORKER)
    returned(first)
    right, unchanged = tokens(put_right(cast, project))
    page = shown(right)
    assert "已提出异议，等待答复" in page
    assert "出勤天数：26 改成 28 天" in seen(page)
    assert "现在对了，确认" in page
    Client().post(f"/public/pay/{right}/", {"act": "confirm"})
    assert "✓ 您已确认" in shown(right)
    page = shown(unchanged)
    assert "改成" not in page, "the control: nothing of his was changed"
    assert 'value="confirm"' not in page


def test_who_is_left_out_of_the_corrected_sheet_reads_so(cast, project, old, enter):
    returned(old)
    second = submitted(project, [person(2)], subcontractor=cast.subcontractor)
    assert "更正后的工资表里没有您" in shown(tokens(old)[0])
    client = enter(cast.supervisor)
    address = reverse("payroll:contest", args=[old.contests.get().pk])
    assert "更正后的工资表里没有此人" in client.get(address).content.decode()
    returned(second)
    assert "还没有重新提交" in client.get(address).content.decode(), "of whichever version was sent back"


def test_what_was_withdrawn_or_concerns_another_month_is_not_told(cast, project):
    batch = submitted(project, [person(1)], subcontractor=cast.subcontractor)
    contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)
    contest_withdraw(token=tokens(batch)[0], actor=WORKER)
    returned(batch)
    assert "您反映的" not in shown(tokens(put_right(cast, project))[0])


def test_the_contests_page_reads_the_sheet_in_force(cast, project, old, enter):
    client = enter(cast.supervisor)
    address = reverse("payroll:contest", args=[old.contests.get().pk])
    assert "实发（元） 5,380.00 没有变" in seen(client.get(address).content.decode()), "the control"
    returned(old)
    assert "工资表已退回更正，还没有重新提交" in client.get(address).content.decode()
    new = put_right(cast, project)
    page = client.get(address).content.decode()
    assert "实发（元） 5,380.00 5,840.00" in seen(page)
    assert "出勤天数 26 28" in seen(page)
    assert "扣款（元） 100.00 没有变" in seen(page)
    assert f'href="/payroll/{new.pk}/">看工资表' in page
    assert f'href="/payroll/{old.pk}/">看提出异议时的工资表' in page


def test_the_workers_history_tells_the_contest_beside_the_corrected_month(cast, project, old, enter):
    returned(old)
    new = put_right(cast, project)
    client = enter(cast.supervisor)
    one, two = (line.worker_id for line in new.lines.order_by("row"))
    address = f"/payroll/contests/{old.contests.get().pk}/"
    assert address in client.get(f"/payroll/workers/{one}/", {"tab": "pay"}).content.decode()
    assert address not in client.get(f"/payroll/workers/{two}/", {"tab": "pay"}).content.decode()
