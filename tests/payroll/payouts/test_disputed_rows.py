"""The pay-out page tells which pay is in dispute, and to those who can't pay whose it is and what they can do."""

import pytest

from payroll.rules.contests import ContestAct
from payroll.services.answers import Claim, contest_raise
from payroll.services.contests import contest_settle
from tests.factories.flow import SYSTEM, WORKER, tokens
from tests.factories.payouts import noticed

pytestmark = pytest.mark.django_db

DISPUTED = "本人有异议，还没有了结"
HAND_OVER = "请把工人本人的新卡（卡号、开户行）和证明材料交给施工总承包单位的劳资专管员登记"


@pytest.fixture
def batch(cast, project):
    return noticed(project, 3, subcontractor=cast.subcontractor)


def contested(batch, act=None):
    contest = contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)
    if act is not None:
        contest_settle(contest_id=contest.pk, act=act, answer="已核对", actor=SYSTEM)
    return contest


def paying(client, batch) -> str:
    return client.get(f"/payroll/{batch.pk}/payout/").content.decode()


@pytest.mark.parametrize("act", [ContestAct.ANSWER, ContestAct.REJECT, ContestAct.TRANSFER])
def test_a_row_that_may_be_paid_and_is_in_dispute_is_told_with_its_contest(cast, batch, enter, act):
    contest = contested(batch, act)
    page = paying(enter(cast.labour_officer), batch)
    assert f"可以发放的 3 笔中，1 笔{DISPUTED}" in page
    assert f'href="/payroll/contests/{contest.pk}/"' in page
    assert "生成代发文件（3 笔" in page, "it isn't blocked"
    line = contest.confirmation.line
    shown = enter(cast.labour_officer).get(f"/payroll/lines/{line.pk}/payout/").content.decode()
    assert "对这个月的工资有异议，还没有了结" in shown


def test_one_that_waits_for_an_answer_is_marked_among_those_held_back(cast, batch, enter):
    contest = contested(batch)
    page = paying(enter(cast.labour_officer), batch)
    assert DISPUTED not in page
    assert f'href="/payroll/contests/{contest.pk}/"' in page


@pytest.mark.parametrize("act", [None, ContestAct.ACCEPT])
def test_nothing_is_told_where_nobody_disputes(cast, batch, enter, act):
    if act:
        contested(batch, act)
    page = paying(enter(cast.labour_officer), batch)
    assert DISPUTED not in page
    assert "/payroll/contests/" not in page.split("<main", 1)[1]


def test_the_employer_who_cannot_pay_reads_whose_it_is_and_what_he_can_do(cast, batch, enter):
    contested(batch)
    line = batch.lines.order_by("row").first()
    for address in (f"/payroll/{batch.pk}/payout/", f"/payroll/lines/{line.pk}/payout/"):
        page = enter(cast.subcontractor_clerk).get(address).content.decode()
        assert "由施工总承包单位办理" in page
        assert HAND_OVER in page
        assert '<span class="sr-only">办理</span></th>' not in page
        own = enter(cast.labour_officer).get(address).content.decode()
        assert "由施工总承包单位办理" not in own
    assert "处理<span" in paying(enter(cast.labour_officer), batch)


def test_who_only_supervises_is_not_told_to_bring_a_card(cast, batch, enter):
    contested(batch)
    page = paying(enter(cast.county_supervisor), batch)
    assert "由施工总承包单位办理" in page
    assert HAND_OVER not in page
