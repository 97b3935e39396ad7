"""A contest from raising to its end: the table of states, who answers, what the worker reads."""

import datetime
import itertools
import re
from io import BytesIO

import openpyxl
import pytest

from payroll.models import PayConfirmation, PayContest
from payroll.rules.contests import CONTEST_STEPS, UNSETTLED, ContestAct, ContestState, contest_may
from payroll.selectors.audits import attention_rows, days_compared
from payroll.services.answers import Claim, contest_insist, contest_raise, pay_confirm
from payroll.services.audits import batch_audit
from payroll.services.contests import contest_settle
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import now
from tests.factories.flow import PICTURE, SYSTEM, WORKER, submitted, tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(cast, project):
    return submitted(project, subcontractor=cast.subcontractor)


@pytest.fixture
def contest(batch):
    claim = Claim(reason="days", should_be="28 天", phone="13900001234", photo=PICTURE)
    return contest_raise(token=tokens(batch)[0], claim=claim, actor=WORKER)


# Written by hand, beside the table under test.
POSSIBLE = {
    ("answer", "open"), ("accept", "open"), ("accept", "answered"), ("accept", "rejected"), ("reject", "open"),
    ("reject", "answered"), ("withdraw", "open"), ("withdraw", "answered"), ("withdraw", "rejected"),
    ("insist", "answered"), ("insist", "rejected"), ("insist", "accepted"), ("transfer", "open"), ("transfer", "answered"),
    ("transfer", "rejected"), ("conclude", "transferred"),
}  # fmt: skip


def test_the_states_of_model_and_rules_are_the_same():
    assert {state.value for state in ContestState} == set(PayContest.State.values)


@pytest.mark.parametrize(("act", "state"), list(itertools.product(ContestAct, ContestState)))
def test_every_act_in_every_state(act, state):
    assert contest_may(act, state) is ((act.value, state.value) in POSSIBLE)
    assert CONTEST_STEPS[act].target in ContestState
    assert {ContestState.OPEN, ContestState.ANSWERED, ContestState.REJECTED} == UNSETTLED


def test_the_subcontractor_answers_and_the_worker_reads_it(cast, contest, batch, enter, client):
    page = enter(cast.subcontractor_clerk).get(f"/payroll/contests/{contest.pk}/").content.decode()
    assert "28 天" in page
    assert re.search(r">26\s*<", page)
    assert "*******1234" in page
    assert "13900001234" not in page
    form = {"version": contest.version, "act": "reject", "answer": "考勤机记录为 26 天。"}
    client.post(f"/payroll/contests/{contest.pk}/", form)
    contest.refresh_from_db()
    assert (contest.state, contest.answered_by) == ("rejected", cast.subcontractor_clerk)
    client.logout()
    shown = client.get(f"/public/pay/{tokens(batch)[0]}/").content.decode()
    assert "单位没有采纳" in shown
    assert "考勤机记录为 26 天。" in shown
    assert "不同意，请人社部门看" in shown


def test_an_answer_needs_words_the_right_version_and_the_right_state(contest):
    given = {"contest_id": contest.pk, "act": ContestAct.ACCEPT, "actor": SYSTEM}
    for answer, version, error in ((" ", None, "say_what"), ("好", contest.version + 1, "edited_meanwhile")):
        with pytest.raises(Refused) as refused:
            contest_settle(answer=answer, version=version, **given)
        assert refused.value.code == error
    contest_settle(answer="将更正", **given)
    with pytest.raises(Refused) as refused:
        contest_settle(answer="再说一次", **given)
    assert refused.value.code == "wrong_contest_state"


def test_what_was_taken_up_stands_first_at_the_audit_until_it_is_corrected(cast, contest, batch, enter):
    contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="将更正", actor=SYSTEM)
    rows = attention_rows(cast.scope(cast.labour_officer), batch, days_compared(batch))
    assert rows[0].line.pk == contest.confirmation.line_id
    assert rows[0].why[0] == "异议已采纳，应当是 28 天，这份表还没有更正，请退回更正"
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "异议已采纳" in page
    # The contest that came over to a corrected sheet speaks of other figures than the line has.
    PayContest.objects.filter(pk=contest.pk).update(figures=contest.figures | {"days": "23.00"})
    assert (
        "已改过，请核对是否改对"
        in attention_rows(cast.scope(cast.labour_officer), batch, days_compared(batch))[0].why[0]
    )
    PayConfirmation.objects.filter(pk=contest.confirmation_id).update(state="void")
    assert "异议已采纳" not in str(
        [row.why for row in attention_rows(cast.scope(cast.labour_officer), batch, days_compared(batch))]
    )


def test_who_answers_and_who_does_not(cast, contest):
    for user, error in (
        (cast.supervisor, NotAllowed),
        (cast.auditor, NotAllowed),
        (cast.other_subcontractor_clerk, NotVisible),
        (cast.other_labour_officer, NotVisible),
        (cast.developer_officer, NotVisible),
    ):
        with pytest.raises(error):
            contest_settle(
                contest_id=contest.pk,
                act=ContestAct.ACCEPT,
                answer="x",
                actor=cast.actor(user),
                scope=cast.scope(user),
            )


def test_whoever_insists_stands_first_in_the_supervisors_list(cast, contest, batch, enter):
    contest_settle(contest_id=contest.pk, act=ContestAct.REJECT, answer="不采纳", actor=SYSTEM)
    contest_raise(token=tokens(batch)[1], claim=Claim(reason="deductions"), actor=WORKER)
    contest_insist(token=tokens(batch)[0], actor=WORKER)
    page = enter(cast.county_supervisor).get("/payroll/contests/").content.decode()
    assert page.index("天数不对") < page.index("扣款不对")
    assert "仍有异议" in page
    only = enter(cast.county_supervisor).get("/payroll/contests/?insisted=on").content.decode()
    assert "扣款不对" not in only.split("<tbody>")[1]


def test_the_supervisor_takes_it_over_and_the_employer_answers_no_more(cast, contest, enter):
    form = {"version": contest.version, "answer": "已转劳动保障监察支队处理。"}
    enter(cast.county_supervisor).post(f"/payroll/contests/{contest.pk}/transfer/", form)
    contest.refresh_from_db()
    assert contest.state == "transferred"
    with pytest.raises(Refused):
        contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="x", actor=SYSTEM)


def test_the_telephone_is_shown_in_full_with_a_trace(cast, contest, enter):
    shown = enter(cast.labour_officer).post(f"/payroll/contests/{contest.pk}/phone/")
    assert "13900001234" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    event = AuditEvent.objects.get(action="payroll.contest_phone")
    assert "13900001234" not in str(event.changes)
    assert enter(cast.subcontractor_clerk).post(f"/payroll/contests/{contest.pk}/phone/").status_code == 403


def test_the_photo_is_shown_in_scope_only(cast, contest, enter):
    assert enter(cast.labour_officer).get(f"/payroll/contests/{contest.pk}/photo/").content == PICTURE
    assert enter(cast.other_labour_officer).get(f"/payroll/contests/{contest.pk}/photo/").status_code == 404


def test_the_first_page_says_how_many_wait(cast, contest, enter):
    assert "1 条工资异议等待答复，最早的 20" in enter(cast.labour_officer).get("/").content.decode()
    assert "等待答复" not in enter(cast.other_labour_officer).get("/").content.decode()


def test_what_was_taken_up_and_not_corrected_needs_a_reason_at_the_audit(contest, batch):
    contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="少记 2 天，将更正。", actor=SYSTEM)
    for token in tokens(batch)[1:]:
        pay_confirm(token=token, actor=WORKER)
    with pytest.raises(Refused) as refused:
        batch_audit(batch_id=batch.pk, actor=SYSTEM)
    assert "1 条异议已经采纳，但这份工资表没有更正" in refused.value.message
    # The worker may agree, once back pay has come.
    pay_confirm(token=tokens(batch)[0], actor=WORKER)
    assert batch_audit(batch_id=batch.pk, actor=SYSTEM).stage == "audited"


def test_the_supervisors_first_page_says_who_insists(cast, contest, batch, enter):
    assert "仍有异议" not in enter(cast.county_supervisor).get("/").content.decode()
    contest_settle(contest_id=contest.pk, act=ContestAct.REJECT, answer="不采纳", actor=SYSTEM)
    contest_insist(token=tokens(batch)[0], actor=WORKER)
    assert "1 名农民工对答复仍有异议" in enter(cast.county_supervisor).get("/").content.decode()
    assert "仍有异议" not in enter(cast.other_county_supervisor).get("/").content.decode()


def test_the_list_sorts_exports_and_says_how_long_a_worker_has_waited(cast, enter, contest):
    PayContest.objects.filter(pk=contest.pk).update(raised_at=now() - datetime.timedelta(days=9))
    client = enter(cast.county_supervisor)
    page = client.get("/payroll/contests/?sort=raised").content.decode()
    assert "已等 9 天" in page
    assert 'aria-sort="ascending"' in page
    book = openpyxl.load_workbook(BytesIO(client.get("/payroll/contests/?export=xlsx").content))
    rows = list(book.active.values)
    told = dict(zip(rows[0], rows[1], strict=True))
    assert (told["已等天数"], told["状态"]) == (9, "待答复")
    assert told["农民工"] == contest.confirmation.line.worker.name
    foreign = openpyxl.load_workbook(
        BytesIO(enter(cast.other_county_supervisor).get("/payroll/contests/?export=xlsx").content)
    )
    assert len(list(foreign.active.values)) == 1
