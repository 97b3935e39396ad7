"""Whose contest was taken up and who sees that nothing changed says so on the telephone, and 人社 sees it first."""

import pytest

from payroll.models import PayContest
from payroll.rules.contests import ContestAct
from payroll.selectors.audits import same_origin
from payroll.services.answers import Claim, contest_insist, contest_raise, pay_confirm
from payroll.services.contests import contest_settle
from payroll.services.pay_links import pay_slip_open
from responsibilities.rules.errors import Refused
from tests.factories.flow import SYSTEM, WORKER, submitted, tokens
from tests.factories.payroll import person

pytestmark = pytest.mark.django_db
STILL_WRONG = "还没有更正，请人社部门看"


@pytest.fixture
def batch(cast, project):
    return submitted(project, subcontractor=cast.subcontractor)


def taken_up(batch, reason="days") -> str:
    """The link of the first worker, whose contest was taken up."""
    token = tokens(batch)[0]
    contest = contest_raise(token=token, claim=Claim(reason=reason), actor=WORKER)
    contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="将更正", actor=SYSTEM)
    return token


def test_who_sees_that_nothing_changed_insists(batch, client):
    token = taken_up(batch)
    assert STILL_WRONG in client.get(f"/public/pay/{token}/").content.decode()
    client.post(f"/public/pay/{token}/", {"act": "insist"})
    contest = PayContest.objects.get(confirmation__batch=batch)
    assert (contest.state, contest.closed_at) == ("open", None)
    assert contest.insisted_at is not None


def test_who_agreed_to_what_came_of_it_can_reopen_nothing(batch, client):
    token = taken_up(batch)
    pay_confirm(token=token, actor=WORKER)
    assert STILL_WRONG not in client.get(f"/public/pay/{token}/").content.decode()
    with pytest.raises(Refused) as refused:
        contest_insist(token=token, actor=WORKER)
    assert refused.value.code == "no_contest"


@pytest.mark.parametrize(
    ("reason", "words"),
    [("not_my_card", "现在银行卡对了，确认"), ("not_received", "钱已经收到，确认"), ("days", "现在对了，确认")],
)
def test_the_button_says_what_was_wrong(batch, client, reason, words):
    assert words in client.get(f"/public/pay/{taken_up(batch, reason)}/").content.decode()


@pytest.mark.parametrize(("reason", "offered"), [("days", False), ("not_my_card", False), ("not_received", True)])
def test_whoever_has_just_contested_is_not_offered_to_confirm_what_nobody_has_changed(batch, client, reason, offered):
    token = tokens(batch)[0]
    contest_raise(token=token, claim=Claim(reason=reason), actor=WORKER)
    page = client.get(f"/public/pay/{token}/").content.decode()
    assert ('value="confirm"' in page) is offered
    assert "撤回异议" in page


def test_who_was_answered_says_whether_he_agrees(batch, client):
    token = tokens(batch)[0]
    contest = contest_raise(token=token, claim=Claim(reason="days"), actor=WORKER)
    contest_settle(contest_id=contest.pk, act=ContestAct.REJECT, answer="考勤机记录为 26 天。", actor=SYSTEM)
    page = client.get(f"/public/pay/{token}/").content.decode()
    assert "您同意单位的答复吗？" in page
    assert "同意，确认这份工资" in page
    assert "不同意，请人社部门看" in page


def test_a_corrected_month_is_not_listed_among_the_others(batch, cast, project):
    old = tokens(batch)[0]
    submitted(project, [person(n, crew="瓦工班") for n in range(3)], subcontractor=cast.subcontractor)
    slip = pay_slip_open(old)
    assert slip.newer
    assert slip.months == []


def test_who_contests_from_a_colleagues_telephone_is_not_counted_as_confirmed(batch):
    one, two, three = tokens(batch)
    pay_confirm(token=one, actor=WORKER)
    pay_confirm(token=two, actor=WORKER)
    contest_raise(token=three, claim=Claim(reason="days"), actor=WORKER)
    assert same_origin(batch, 2) == 2
    assert same_origin(batch, 3) == 0
