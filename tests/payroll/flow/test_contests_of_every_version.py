"""What an earlier version's contest still says once another sheet counts: at the audit, at the pay-out, to programs."""

import datetime

import pytest

from payroll.models import PayContest
from payroll.rules.contests import ContestAct
from payroll.selectors.audits import attention_rows, audit_facts_unscoped, days_compared, taken_up
from payroll.selectors.confirmations import contests, unsettled, with_current_batch
from payroll.selectors.payouts import open_lines_unscoped
from payroll.services.answers import Claim, contest_raise, pay_confirm
from payroll.services.audits import batch_return
from payroll.services.contests import contest_settle
from tests.factories.flow import SYSTEM, WORKER, submitted, tokens
from tests.factories.payroll import card_number, person

pytestmark = pytest.mark.django_db


def sheet(project, *people):
    return submitted(project, list(people))


def contested(batch, reason="days", act=None) -> PayContest:
    """The first worker's contest, settled where an act is given."""
    contest = contest_raise(token=tokens(batch)[0], claim=Claim(reason=reason), actor=WORKER)
    if act is not None:
        contest_settle(contest_id=contest.pk, act=act, answer="已核对", actor=SYSTEM)
    return contest


def returned(batch):
    return batch_return(batch_id=batch.pk, reason="请更正", actor=SYSTEM)


def holds(batch) -> list[str]:
    return [line.hold for line in open_lines_unscoped(batch.pk)]


# ── who was left out of a version and stands in a later one ──────────────


def test_an_open_contest_comes_over_to_the_next_sheet_that_has_the_worker(project):
    contest = contested(sheet(project, person(1), person(2)))
    sheet(project, person(2))
    contest.refresh_from_db()
    back = sheet(project, person(1), person(2))
    contest.refresh_from_db()
    assert contest.batch == back
    assert contest.confirmation.state == "contested"
    assert "contest" in holds(back)


def test_what_was_settled_stays_with_the_version_it_was_settled_of(project):
    first = sheet(project, person(1), person(2))
    contest = contested(first, act=ContestAct.ACCEPT)
    sheet(project, person(2))
    sheet(project, person(1), person(2))
    contest.refresh_from_db()
    assert contest.batch == first


# ── the audit ────────────────────────────────────────────────────────────


def test_the_audit_counts_an_open_contest_of_somebody_who_is_in_the_sheet_no_more(cast, project):
    contest = contested(sheet(project, person(1), person(2)))
    again = sheet(project, person(2))
    assert audit_facts_unscoped(again).unsettled == 1
    assert list(unsettled(cast.scope(cast.labour_officer), again)) == [contest]


def test_the_audit_of_another_month_counts_none_of_it(cast, project):
    contested(sheet(project, person(1), person(2)))
    other = submitted(project, [person(2)], month_on=datetime.date(2026, 9, 1))
    assert audit_facts_unscoped(other).unsettled == 0
    assert not unsettled(cast.scope(cast.labour_officer), other).exists()


def why(cast, batch) -> str:
    return str([row.why for row in attention_rows(cast.scope(cast.labour_officer), batch, days_compared(batch))])


def test_what_was_taken_up_and_resubmitted_unchanged_is_told_at_the_audit(cast, project):
    first = sheet(project, person(1), person(2))
    contested(first, act=ContestAct.ACCEPT)
    returned(first)
    again = sheet(project, person(1), person(2))
    assert audit_facts_unscoped(again).taken_up == 1
    assert "异议已采纳，这份表还没有更正，请退回更正" in why(cast, again)
    pay_confirm(token=tokens(again)[0], actor=WORKER)
    assert audit_facts_unscoped(again).taken_up == 0
    assert "异议已采纳" not in why(cast, again)


def test_what_was_taken_up_and_put_right_needs_no_reason_but_a_look(cast, project):
    first = sheet(project, person(1), person(2))
    contested(first, act=ContestAct.ACCEPT)
    returned(first)
    again = sheet(project, person(1, net_pay=5500, gross=6100), person(2))
    assert audit_facts_unscoped(again).taken_up == 0
    assert "已改过，请核对是否改对" in why(cast, again)


def test_the_page_says_that_the_worker_is_in_the_sheet_no_more(cast, project, enter):
    first = sheet(project, person(1), person(2))
    contested(first)
    left_out = "这份工资表里没有此人"
    assert left_out not in enter(cast.labour_officer).get(f"/payroll/{first.pk}/audit/").content.decode()
    again = sheet(project, person(2))
    for address in (f"/payroll/{again.pk}/audit/", f"/payroll/{again.pk}/"):
        assert left_out in enter(cast.labour_officer).get(address).content.decode()


def test_the_audit_asks_no_more_often_for_more_contests(project, django_assert_num_queries):
    people = [person(n) for n in range(1, 6)]
    first = sheet(project, *people)
    for token in tokens(first)[:4]:
        contest = contest_raise(token=token, claim=Claim(reason="days"), actor=WORKER)
        contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="已核对", actor=SYSTEM)
    returned(first)
    again = sheet(project, *people)
    with django_assert_num_queries(2):
        found = taken_up(again)
        assert [one.words for one in found] == ["异议已采纳，这份表还没有更正，请退回更正"] * 4


# ── the pay-out ──────────────────────────────────────────────────────────


def test_no_money_goes_to_a_card_that_both_sides_said_was_wrong_in_the_version_before(project):
    first = sheet(project, person(1), person(2))
    contested(first, reason="not_my_card", act=ContestAct.ACCEPT)
    returned(first)
    assert holds(sheet(project, person(1), person(2))) == ["card_contested", ""]


def test_another_card_or_the_workers_own_yes_ends_it(project):
    first = sheet(project, person(1), person(2))
    contested(first, reason="not_my_card", act=ContestAct.ACCEPT)
    returned(first)
    again = sheet(project, person(1), person(2))
    pay_confirm(token=tokens(again)[0], actor=WORKER)
    assert holds(again) == ["", ""]
    returned(again)
    assert holds(sheet(project, person(1, bank_card=card_number(78)), person(2))) == ["", ""]


# ── programs ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("own_crews", [True, False])
def test_programs_read_which_sheet_counts_now(cast, project, own_crews):
    employer = {} if own_crews else {"subcontractor": cast.subcontractor}
    first = submitted(project, [person(1)], **employer)
    contest = contested(first, act=ContestAct.ACCEPT)
    other = {"subcontractor": cast.subcontractor} if own_crews else {}
    submitted(project, [person(2)], **other)

    def current():
        return with_current_batch(contests(cast.scope(cast.labour_officer))).get(pk=contest.pk).current_batch

    assert current() == first.pk
    returned(first)
    assert current() is None
    again = submitted(project, [person(1)], **employer)
    assert current() == again.pk
