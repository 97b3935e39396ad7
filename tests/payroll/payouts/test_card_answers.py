"""A card replaced after the bank refused the old one waits for the worker's word, given on his own page."""

import datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from payroll.models import CardChange, CheckSetting, PayContest, Payout, PayoutFile
from payroll.rules.payouts import CardWord, card_hold
from payroll.selectors.payouts import open_lines_unscoped
from payroll.services.answers import Claim, contest_raise
from payroll.services.line_cards import card_keep, card_replace
from payroll.services.pay_links import pay_token, visit_token
from payroll.services.payout_files import payout_files_make
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused
from responsibilities.selectors import clock
from tests.factories.flow import PICTURE
from tests.factories.payroll import card_number

State = CardChange.State
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = f"{TODAY}"


@pytest.fixture
def line(batch, by):
    """The second line, refused by the bank; the others are paid."""
    payout_files_make(batch_id=batch.pk, layout="generic", **by)
    rows = list(Payout.objects.order_by("row"))
    Payout.objects.exclude(pk=rows[1].pk).update(state="paid", paid_on=TODAY)
    Payout.objects.filter(pk=rows[1].pk).update(state="failed", bank_message="账户已销户")
    PayoutFile.objects.update(state="settled")
    return batch.lines.select_related("worker", "card", "confirmation").order_by("row")[1]


def replace(line, by, **changes):
    facts = {"number": card_number(77), "holder": line.worker.name, "bank_name": "甘肃银行", "reason": "原卡已销户"}
    return card_replace(line_id=line.pk, **facts | changes, **by)


def make(batch, by):
    return payout_files_make(batch_id=batch.pk, layout="generic", **by)


def say(line, act, token=None):
    return Client(enforce_csrf_checks=True).post(
        f"/public/pay/{token or pay_token(line.confirmation.key)}/", {"act": act}
    )


def hold(batch) -> str:
    (found,) = open_lines_unscoped(batch.pk)
    return found.hold


@pytest.mark.django_db
def test_the_new_card_waits_and_goes_out_once_the_worker_says_mine(batch, by, line):
    change = replace(line, by)
    assert (change.state, hold(batch)) == (State.WAITING, "card_unconfirmed")
    with pytest.raises(Refused) as refused:
        make(batch, by)
    assert refused.value.code == "nothing_to_pay"
    assert "还没有经工人本人核对" in refused.value.message
    page = Client().get(f"/public/pay/{pay_token(line.confirmation.key)}/").content.decode()
    assert "请核对您的银行卡" in page
    assert card_number(77)[-4:] in page
    assert card_number(77) not in page
    assert "已核对，钱会发到这张卡" in say(line, "card_mine").content.decode()
    change.refresh_from_db()
    assert (change.state, change.channel, bool(change.origin)) == (State.CONFIRMED, "link", True)
    assert AuditEvent.objects.filter(action="payout.card_answer").count() == 1
    assert make(batch, by).files[0].payouts.get().card == change.new_card
    assert say(line, "card_mine").status_code == 200
    assert AuditEvent.objects.filter(action="payout.card_answer").count() == 1


@pytest.mark.django_db
def test_not_mine_holds_the_line_and_is_a_contest_until_it_is_taken_back(batch, by, line):
    change = replace(line, by)
    assert "这张卡先不发钱" in say(line, "card_not_mine").content.decode()
    change.refresh_from_db()
    contest = PayContest.objects.get()
    assert (change.state, contest.reason, contest.state) == (State.DENIED, "not_my_card", "open")
    assert hold(batch) == "contest"
    PayContest.objects.update(state="answered")
    assert hold(batch) == "card_denied"
    # Silence over days frees a line, a denial never.
    CardChange.objects.update(changed_at=clock.now() - datetime.timedelta(days=90), evidence=None)
    assert hold(batch) == "card_denied"
    say(line, "card_mine")
    change.refresh_from_db()
    assert (change.state, hold(batch), PayContest.objects.get().state) == (State.CONFIRMED, "", "withdrawn")


@pytest.mark.django_db
def test_silence_with_a_paper_frees_the_line_after_the_days_and_the_file_says_so(batch, by, line, settings):
    replace(line, by, evidence=PICTURE)
    settings.PORTAL_TODAY = f"{clock.today() + datetime.timedelta(days=3)}"
    changed = CardChange.objects.get()
    CardChange.objects.update(changed_at=clock.now() - datetime.timedelta(days=3))
    assert hold(batch) == "card_unconfirmed"
    CardChange.objects.update(changed_at=clock.now() - datetime.timedelta(days=4))
    assert hold(batch) == ""
    CardChange.objects.update(evidence=None)
    assert hold(batch) == "card_unconfirmed"
    CardChange.objects.update(evidence=changed.evidence)
    make(batch, by)
    assert batch.acts.filter(act="pay_out").last().facts["unconfirmed"] == 1


@pytest.mark.django_db
def test_keeping_a_card_or_correcting_its_bank_does_not_make_the_worker_wait_again(batch, by, line, settings):
    """He was waited for as long as this card is known; the bank's mistake is no reason to wait as long once more."""
    replace(line, by, evidence=PICTURE)
    settings.PORTAL_TODAY = f"{clock.today() + datetime.timedelta(days=4)}"
    CardChange.objects.update(changed_at=clock.now() - datetime.timedelta(days=4))
    make(batch, by).files[0].payouts.update(state="failed", bank_message="户名不符")
    assert hold(batch) == "card_refused"
    kept = card_keep(line_id=line.pk, reason="银行已更正户名", **by)
    assert (kept.state, hold(batch)) == (State.WAITING, "")
    replace(line, by, bank_name="张掖农商银行", reason="开户行写错")
    assert hold(batch) == ""
    # Another card is another question.
    replace(line, by, number=card_number(78), evidence=PICTURE)
    assert hold(batch) == "card_unconfirmed"
    # And back to the first one, which is named anew.
    replace(line, by, evidence=PICTURE)
    assert hold(batch) == "card_unconfirmed"


@pytest.mark.django_db
def test_the_office_can_let_it_go_out_marked(batch, by, line):
    CheckSetting.objects.create(
        check_code="card_unconfirmed",
        severity="notice",
        area=batch.project.area,
        in_force_from="2026-01-01",
        reason="测试",
        set_at=clock.now(),
    )
    replace(line, by)
    (found,) = open_lines_unscoped(batch.pk)
    assert (found.hold, found.unconfirmed) == ("", True)
    assert make(batch, by).created


@pytest.mark.django_db
def test_a_correction_of_the_bank_alone_asks_nobody(batch, by, line):
    change = replace(line, by, number=card_number(2), bank_name="张掖农商银行")
    assert (change.old_card, change.state) == (change.new_card, State.NOT_ASKED)
    assert hold(batch) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "state", "held"),
    [("", "waiting", "card_unconfirmed"), ("card_not_mine", "denied", "contest"), ("card_mine", "confirmed", "")],
)
def test_a_correction_of_the_bank_leaves_the_workers_word_as_it_was(batch, by, line, act, state, held):
    """The number is what the worker is asked about: another name of the bank answers nothing for him."""
    first = replace(line, by, evidence=PICTURE)
    if act:
        say(line, act)
    second = replace(line, by, bank_name="张掖农商银行", reason="开户行写错")
    assert (second.old_card_id, second.new_card_id) == (first.new_card_id, first.new_card_id)
    assert (second.state, second.evidence_id, hold(batch)) == (state, first.evidence_id, held)
    page = Client().get(f"/public/pay/{pay_token(line.confirmation.key)}/").content.decode()
    assert ("请核对您的银行卡" in page) == (state == "waiting")
    say(line, "card_mine")
    second.refresh_from_db()
    assert second.state == State.CONFIRMED


@pytest.mark.django_db
def test_a_card_that_both_sides_contest_stays_held_when_only_its_bank_is_corrected(batch, by, line):
    contest = contest_raise(
        token=pay_token(line.confirmation.key), claim=Claim(reason="not_my_card"), actor=by["actor"]
    )
    PayContest.objects.filter(pk=contest.pk).update(state="accepted", closed_at=clock.now())
    assert hold(batch) == "card_contested"
    replace(line, by, number=card_number(2), bank_name="张掖农商银行")
    assert hold(batch) == "card_contested"
    replace(line, by)
    assert hold(batch) == "card_unconfirmed"


# ── which card the worker is told of ────────────────────────────────────


def told(line) -> str:
    page = Client().get(f"/public/pay/{pay_token(line.confirmation.key)}/").content.decode()
    return page.split("请核对您的银行卡")[1].split("</section>")[0]


@pytest.mark.django_db
def test_the_card_that_the_bank_refused_is_named_and_not_one_that_was_never_used(batch, by, line):
    refused = card_number(2)[-4:]
    replace(line, by)
    assert f"银行退回了发到尾号 {refused} 的钱" in told(line)
    replace(line, by, number=card_number(78))
    assert f"银行退回了发到尾号 {refused} 的钱" in told(line)
    assert card_number(77)[-4:] not in told(line)


@pytest.mark.django_db
def test_where_the_bank_refused_nothing_the_card_of_the_sheet_is_named(batch, by, line):
    """A file was voided before the bank had it: nothing was sent back."""
    Payout.objects.filter(line=line).update(state="voided")
    replace(line, by)
    replace(line, by, number=card_number(78))
    assert "银行退回" not in told(line)
    assert f"工资表上写的是尾号 {card_number(2)[-4:]}" in told(line)
    assert card_number(77)[-4:] not in told(line)


@pytest.mark.django_db
def test_yet_another_card_is_asked_about_anew_and_the_one_before_no_more(batch, by, line):
    first = replace(line, by)
    second = replace(line, by, number=card_number(78))
    first.refresh_from_db()
    assert (first.state, second.state) == (State.REPLACED, State.WAITING)
    say(line, "card_mine")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.REPLACED, State.CONFIRMED)


@pytest.mark.django_db
def test_a_paper_can_come_later(batch, by, line):
    change = replace(line, by)
    with pytest.raises(Refused) as refused:
        replace(line, by)
    assert refused.value.code == "same_card"
    assert replace(line, by, evidence=PICTURE).pk == change.pk
    change.refresh_from_db()
    assert (change.state, bool(change.evidence_id)) == (State.WAITING, True)


@pytest.mark.django_db
def test_who_was_asked_nothing_answers_nothing_and_a_colleague_cannot_answer(batch, by, line):
    assert "没有需要您核对的银行卡" in say(line, "card_mine").content.decode()
    replace(line, by)
    other = batch.lines.select_related("confirmation").order_by("row")[0]
    assert "没有需要您核对的银行卡" in say(other, "card_mine").content.decode()
    assert CardChange.objects.get().state == State.WAITING
    say(line, "card_mine", visit_token(line.confirmation.key))
    assert CardChange.objects.get().channel == "site_qr"


@pytest.mark.django_db
def test_the_officers_page_says_who_is_waited_for_and_prints_one_slip(batch, by, line, enter, cast):
    replace(line, by)
    client = enter(cast.labour_officer)
    page = client.get(f"/payroll/lines/{line.pk}/payout/").content.decode()
    assert f"等{line.worker.name}本人核对新卡" in page
    slips = client.get(f"/payroll/{batch.pk}/slips/?line={line.pk}").content.decode()
    assert slips.count('class="wp-slip"') == 1
    assert line.worker.name in slips
    assert "还没有经工人本人核对" in client.get(f"/payroll/{batch.pk}/payout/").content.decode()


@given(
    state=st.sampled_from(State.values),
    paper=st.booleans(),
    waits=st.booleans(),
    days=st.integers(0, 30),
    gone=st.integers(0, 60),
)
def test_a_denied_card_never_goes_out_and_a_confirmed_one_always_does(state, paper, waits, days, gone):
    word = CardWord(state, TODAY - datetime.timedelta(days=gone), paper)
    found = card_hold(word, waits=waits, days=days, today=TODAY)
    assert (found == "card_denied") == (state == State.DENIED)
    if state in (State.CONFIRMED, State.NOT_ASKED) or not waits:
        assert found != "card_unconfirmed"
    if state == State.WAITING and waits:
        assert (found == "") == (paper and gone > days)
