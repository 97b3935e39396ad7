"""Where one worker's pay stands, in words: never nothing, and never more than is true of his own line."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.models import PayConfirmation, PayContest, Payout, PayrollBatch
from payroll.rules.pay_slips import Attempt, SlipFacts, contest_closed, standing

attempts = st.none() | st.builds(
    Attempt,
    state=st.sampled_from(Payout.State.values),
    sent=st.booleans(),
    card_last4=st.just("1234"),
    paid_on=st.none() | st.just(datetime.date(2026, 11, 20)),
)


@given(
    st.builds(
        SlipFacts,
        status=st.sampled_from(PayrollBatch.Status.values),
        stage=st.sampled_from(PayrollBatch.Stage.values),
        newer=st.booleans(),
        replaced=st.booleans(),
        to_pay=st.booleans(),
        attempt=attempts,
        excepted=st.sampled_from(["", "工人账户被冻结，待重新办卡"]),
        settled=st.booleans(),
        answer=st.sampled_from(["", *PayConfirmation.State.values]),
        contest=st.sampled_from(["", *PayContest.State.values]),
    )
)
def test_something_is_always_said_and_paid_only_where_the_bank_paid(facts):
    said = standing(facts)
    assert said
    paid = facts.status == "submitted" and facts.attempt is not None and facts.attempt.state == "paid"
    assert ("已发放到" in said) == paid
    if facts.attempt is None or facts.attempt.state != "pending" or not facts.attempt.sent:
        assert "已送银行" not in said


CONTESTED = {"status": "submitted", "stage": "confirming", "answer": "contested"}
PAYING = {"status": "submitted", "stage": "paying"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"status": "submitted", "stage": "noticed"}, "已在工地公示，等待发放"),
        ({"status": "submitted", "stage": "confirming", "answer": "pending"}, "等您和工友确认"),
        ({"status": "submitted", "stage": "confirming", "answer": "confirmed"}, "您已确认，等工友确认"),
        (CONTESTED | {"contest": "open"}, "等单位处理您的异议"),
        (CONTESTED | {"contest": "answered"}, "单位已答复您的异议，等您回话"),
        (CONTESTED | {"contest": "rejected"}, "单位已答复您的异议，等您回话"),
        (CONTESTED | {"contest": "accepted"}, "单位已采纳您的异议，等单位更正"),
        (CONTESTED | {"contest": "transferred"}, "您的异议已转人社部门处理"),
        (CONTESTED | {"stage": "noticed"}, "已在工地公示，等待发放"),
        (CONTESTED | {"stage": "audited", "contest": "open"}, "总包已审核，等待公示；等单位处理您的异议"),
        (CONTESTED | {"stage": "noticed", "contest": "rejected"}, "等待发放；单位已答复您的异议，等您回话"),
        ({"status": "superseded", "stage": "", "newer": True}, "请看更正后的工资"),
        ({"status": "superseded", "stage": "audited", "replaced": True}, "更正后的工资表里没有您"),
        ({"status": "returned", "stage": ""}, "还没有重新提交"),
        (PAYING, "您这一笔还没有送银行"),
        (PAYING | {"attempt": Attempt("pending", False, "1234")}, "还没有送银行"),
        (PAYING | {"attempt": Attempt("pending", True, "1234")}, "已送银行，等银行发放"),
        (PAYING | {"attempt": Attempt("voided", False, "1234")}, "正在重新办理"),
        (PAYING | {"attempt": Attempt("failed", True, "1234")}, "银行没有发成（尾号 1234 的卡）"),
        (PAYING | {"attempt": Attempt("returned", True, "1234")}, "银行没有发成"),
        (PAYING | {"attempt": Attempt("failed", True, "1234", None, "5678")}, "已换成尾号 5678 的卡，等单位重新发放"),
        (
            PAYING | {"attempt": Attempt("paid", True, "1234", datetime.date(2026, 11, 3))},
            "2026年11月3日已发放到尾号 1234 的卡",
        ),
        (PAYING | {"stage": "paid", "excepted": "联系不上工人，无有效银行卡"}, "暂不能发放：联系不上工人"),
        (PAYING | {"settled": True, "excepted": "退场结算已付清，不再随批发放"}, "已在退场结算时付清"),
        (PAYING | {"stage": "paid", "to_pay": False}, "没有要发的钱"),
    ],
)
def test_each_case_in_its_words(facts, said):
    assert said in standing(SlipFacts(**facts))


def test_a_contest_that_the_worker_gave_up_is_not_told():
    told = standing(SlipFacts(status="submitted", stage="audited", answer="confirmed", contest="open"))
    assert told == "总包已审核，等待公示"


@pytest.mark.parametrize(
    ("given_facts", "said"),
    [
        ({"current": False, "unsettled": True, "raised": 9}, "已经更正或者正在更正"),
        ({"current": True, "unsettled": True, "raised": 9}, "正在处理"),
        ({"current": True, "unsettled": False, "raised": 3}, "次数已经用完"),
        ({"current": True, "unsettled": False, "raised": 2}, ""),
    ],
)
def test_why_a_contest_is_closed(given_facts, said):
    found = contest_closed(**given_facts, most=3)
    assert said in found
    assert bool(found) == bool(said)
