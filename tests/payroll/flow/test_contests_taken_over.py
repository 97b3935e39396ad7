"""人社 takes a contest over: what was answered before stays to be read, and it waits until 人社 says how it ended."""

import pytest

from payroll.models import PayContest
from payroll.rules.contests import ContestAct
from payroll.selectors.audits import audit_facts_unscoped
from payroll.selectors.people_turns import pay_signs
from payroll.services.answers import Claim, contest_insist, contest_raise
from payroll.services.contests import contest_settle
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.selectors.clock import now, today
from responsibilities.selectors.told import told
from tests.factories.flow import SYSTEM, WORKER, submitted, tokens

pytestmark = pytest.mark.django_db

EMPLOYERS, TRANSFERRED, ENDED = "考勤机记录为 26 天。", "转监察支队调查。", "经查少记 2 天，单位已补发。"


@pytest.fixture
def batch(cast, project):
    return submitted(project, subcontractor=cast.subcontractor)


@pytest.fixture
def contest(batch):
    return contest_raise(token=tokens(batch)[0], claim=Claim(reason="days", should_be="28 天"), actor=WORKER)


def settle(cast, contest, user, act, answer):
    return contest_settle(contest_id=contest.pk, act=act, answer=answer, actor=cast.actor(user), scope=cast.scope(user))


@pytest.fixture
def taken_over(cast, contest, batch):
    settle(cast, contest, cast.subcontractor_clerk, ContestAct.REJECT, EMPLOYERS)
    contest_insist(token=tokens(batch)[0], actor=WORKER)
    return settle(cast, contest, cast.county_supervisor, ContestAct.TRANSFER, TRANSFERRED)


@pytest.fixture
def concluded(cast, taken_over):
    return settle(cast, taken_over, cast.county_supervisor, ContestAct.CONCLUDE, ENDED)


def shown(client, batch) -> str:
    client.logout()
    return client.get(f"/public/pay/{tokens(batch)[0]}/").content.decode()


def test_every_answer_stays_in_order_with_who_gave_it_and_what_it_was(cast, concluded):
    concluded.refresh_from_db()
    assert [(one.act, one.by, one.role, one.text) for one in concluded.answers_given] == [
        ("reject", cast.subcontractor_clerk.name, "用工单位", EMPLOYERS),
        ("transfer", cast.county_supervisor.name, "人社部门", TRANSFERRED),
        ("conclude", cast.county_supervisor.name, "人社部门", ENDED),
    ]
    assert concluded.answer == ENDED


def test_the_general_contractor_answers_in_its_own_part(cast, contest):
    settle(cast, contest, cast.labour_officer, ContestAct.ANSWER, "正在核对考勤。")
    contest.refresh_from_db()
    assert contest.answers_given[0].role == "施工总承包单位"


def test_the_page_and_the_workers_telephone_show_the_employers_answer_after_the_transfer(
    cast, taken_over, batch, enter, client
):
    page = enter(cast.subcontractor_clerk).get(f"/payroll/contests/{taken_over.pk}/").content.decode()
    assert page.index(EMPLOYERS) < page.index(TRANSFERRED)
    assert "历次答复" in page
    worker = shown(client, batch)
    assert worker.index(f"单位答复：{EMPLOYERS}") < worker.index(f"人社部门：{TRANSFERRED}")


def test_one_answer_from_before_they_were_kept_is_told_and_joins_the_others(cast, contest):
    PayContest.objects.filter(pk=contest.pk).update(
        state="rejected", answer=EMPLOYERS, answered_by=cast.subcontractor_clerk, answered_at=now()
    )
    contest.refresh_from_db()
    assert [(one.act, one.text) for one in contest.answers_given] == [("reject", EMPLOYERS)]
    taken = settle(cast, contest, cast.county_supervisor, ContestAct.TRANSFER, TRANSFERRED)
    assert [one.text for one in taken.answers_given] == [EMPLOYERS, TRANSFERRED]


def test_a_contest_without_an_answer_has_none(contest):
    assert contest.answers_given == []


def test_the_trail_names_what_was_done(concluded):
    events = AuditEvent.objects.filter(action__startswith="payroll.contest_").order_by("id")
    rows = {event.action: row for event, row in zip(events, told(list(events)), strict=True)}
    assert "不采纳" in str(rows["payroll.contest_answer"].changes)
    assert rows["payroll.contest_transfer"].action == "工资异议转劳动保障监察"
    assert rows["payroll.contest_conclude"].action == "工资异议办结"
    assert "办结" in str(rows["payroll.contest_conclude"].changes)


def test_what_was_taken_over_waits_in_list_count_and_sheet_until_it_is_concluded(cast, taken_over, batch, enter):
    def waits():
        scope = cast.scope(cast.county_supervisor)
        counted = [one.count for one in pay_signs(scope, today()) if one.label == "没有了结的工资异议"]
        listed = enter(cast.county_supervisor).get("/payroll/contests/").content.decode()
        sheet = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/").content.decode()
        address = f"/payroll/contests/{taken_over.pk}/"
        return counted, address in listed, address in sheet

    assert waits() == ([1], True, True)
    settle(cast, taken_over, cast.county_supervisor, ContestAct.CONCLUDE, ENDED)
    assert waits() == ([], False, False)


def test_what_was_taken_over_keeps_nobody_from_auditing(contest, batch):
    assert audit_facts_unscoped(batch).unsettled == 1
    contest_settle(contest_id=contest.pk, act=ContestAct.TRANSFER, answer=TRANSFERRED, actor=SYSTEM)
    assert audit_facts_unscoped(batch).unsettled == 0


def test_the_supervisor_says_how_it_ended_and_the_worker_reads_by_whom_and_when(cast, taken_over, batch, enter, client):
    supervisor = enter(cast.county_supervisor)
    address = f"/payroll/contests/{taken_over.pk}/"
    assert "登记办理结果" in supervisor.get(address).content.decode()
    supervisor.post(f"{address}conclude/", {"version": taken_over.version, "answer": ENDED})
    taken_over.refresh_from_db()
    assert (taken_over.state, taken_over.closed_at is not None) == ("concluded", True)
    assert "登记办理结果" not in supervisor.get(address).content.decode()
    worker = shown(client, batch)
    assert f"人社部门已办结：{ENDED}" in worker
    assert cast.county_supervisor.name in worker
    assert EMPLOYERS in worker


def test_whoever_agrees_to_the_end_confirms_and_who_finds_more_may_contest_again(concluded, batch, client):
    shown_before = shown(client, batch)
    assert "同意，确认这份工资" in shown_before
    assert "又发现不对，我要反映" in shown_before
    client.post(f"/public/pay/{tokens(batch)[0]}/", {"act": "confirm"})
    concluded.refresh_from_db()
    assert (concluded.confirmation.state, concluded.state) == ("confirmed", "concluded")


def test_the_auditor_reads_what_was_taken_over_and_is_not_told_that_it_was_accepted(cast, taken_over, batch, enter):
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "另有 1 条已转人社部门，还没有办结" in page
    assert "等待更正" not in page
    settle(cast, taken_over, cast.county_supervisor, ContestAct.CONCLUDE, ENDED)
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "没有等待答复的异议" in page
    assert "已转人社部门" not in page


def test_who_may_not_decide_does_not_conclude_and_nothing_is_concluded_before_it_was_taken_over(cast, contest, enter):
    with pytest.raises(Refused) as refused:
        settle(cast, contest, cast.county_supervisor, ContestAct.CONCLUDE, ENDED)
    assert refused.value.code == "wrong_contest_state"
    settle(cast, contest, cast.county_supervisor, ContestAct.TRANSFER, TRANSFERRED)
    for user in (cast.subcontractor_clerk, cast.labour_officer):
        with pytest.raises(NotAllowed):
            settle(cast, contest, user, ContestAct.CONCLUDE, ENDED)
        page = enter(user).get(f"/payroll/contests/{contest.pk}/").content.decode()
        assert "登记办理结果" not in page


def test_words_are_needed_to_conclude(cast, taken_over, enter):
    answer = enter(cast.county_supervisor).post(
        f"/payroll/contests/{taken_over.pk}/conclude/", {"version": taken_over.version, "answer": ""}, follow=True
    )
    assert "请写明办理结果" in answer.content.decode()
    taken_over.refresh_from_db()
    assert taken_over.state == "transferred"
