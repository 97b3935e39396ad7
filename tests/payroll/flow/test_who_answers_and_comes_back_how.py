"""Whoever reads of a contest is told who answers it; the worker, how he comes back to the page he came by."""

import pytest

from payroll.rules.contests import ContestAct
from payroll.services.answers import Claim, contest_raise
from payroll.services.audits import batch_return
from payroll.services.contests import contest_settle
from payroll.services.pay_links import visit_token
from tests.factories.flow import SYSTEM, WORKER, answers, submitted, tokens
from tests.factories.payroll import person

pytestmark = pytest.mark.django_db

BY_LINK, BY_CODE = "再打开这个链接", "再扫一次告示牌上的二维码"


@pytest.fixture
def batch(cast, project):
    return submitted(project, subcontractor=cast.subcontractor)


@pytest.fixture
def contest(batch):
    return contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)


def text_of(client, address) -> str:
    return client.get(address).content.decode()


# ── who answers ──────────────────────────────────────────────────────────


def test_only_who_may_answer_is_asked_to_answer_soon(cast, contest, enter):
    for user, asked in (
        (cast.subcontractor_clerk, True),
        (cast.labour_officer, True),
        (cast.county_supervisor, False),
        (cast.auditor, False),
    ):
        page = text_of(enter(user), "/payroll/contests/")
        assert ("请及时答复" in page) is asked
        assert ("由用工单位或总包单位答复" in page) is not asked


def test_the_list_says_who_has_to_act_on_it(cast, contest, batch, project, enter):
    own = contest_raise(
        token=tokens(submitted(project, [person(9)]))[0], claim=Claim(reason="other", text="少了"), actor=WORKER
    )
    client = enter(cast.county_supervisor)

    def answerer(of):
        return next(row for row in client.get("/payroll/contests/?state=all").context["page"] if row == of).answerer

    assert answerer(contest) == f"{cast.subcontractor.name}，或总包单位"
    assert answerer(own) == "总包单位"
    assert cast.subcontractor.name in text_of(client, "/payroll/contests/")
    for act, word in ((ContestAct.REJECT, "等本人表态"), (ContestAct.TRANSFER, "人社部门"), (ContestAct.CONCLUDE, "")):
        contest_settle(contest_id=contest.pk, act=act, answer="已核对", actor=SYSTEM)
        assert answerer(contest) == word


def test_who_cannot_answer_reads_on_the_contests_page_who_does(cast, contest, enter):
    address = f"/payroll/contests/{contest.pk}/"
    told = f"等{cast.subcontractor.name}，或总包单位答复"
    assert told in text_of(enter(cast.county_supervisor), address)
    assert told not in text_of(enter(cast.subcontractor_clerk), address)


# ── how he comes back ────────────────────────────────────────────────────


def both(client, batch) -> tuple[str, str]:
    key = answers(batch)[0].key
    return text_of(client, f"/public/pay/{tokens(batch)[0]}/"), text_of(client, f"/public/pay/{visit_token(key)}/")


@pytest.mark.parametrize("act", [None, ContestAct.ACCEPT])
def test_who_came_by_the_sites_code_is_told_to_scan_it_again(client, batch, contest, act):
    if act:
        contest_settle(contest_id=contest.pk, act=act, answer="将更正", actor=SYSTEM)
    link, visit = both(client, batch)
    assert BY_LINK in link
    assert BY_CODE not in link
    assert BY_CODE in visit
    assert BY_LINK not in visit


def test_also_while_the_sheet_is_put_right(client, batch):
    batch_return(batch_id=batch.pk, reason="请更正", actor=SYSTEM)
    link, visit = both(client, batch)
    assert f"金额改好后，请{BY_LINK}核对" in link
    assert f"金额改好后，请{BY_CODE}核对" in visit
    refused = client.post(f"/public/pay/{visit_token(answers(batch)[0].key)}/", {"act": "confirm"})
    assert f"请稍后{BY_CODE}" in refused.content.decode()


def test_who_insists_is_not_told_that_it_was_transferred(client, batch, contest):
    contest_settle(contest_id=contest.pk, act=ContestAct.REJECT, answer="已核对", actor=SYSTEM)
    page = client.post(f"/public/pay/{tokens(batch)[0]}/", {"act": "insist"}).content.decode()
    assert "已记下，人社部门能看到您的情况" in page
    assert "已转" not in page
