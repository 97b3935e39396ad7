"""A sheet that names no card for somebody of the roster is paid to his registered card, said once at his row."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import BankCard, CardChange, CheckSetting, PayContest, Payout
from payroll.rules.contests import ContestAct
from payroll.rules.month import Month
from payroll.selectors.payouts import open_lines_unscoped
from payroll.selectors.standing_in import stand_in_cards_unscoped
from payroll.services.answers import Claim, contest_raise, contest_withdraw
from payroll.services.contests import contest_settle
from payroll.services.pay_links import pay_token
from payroll.services.reading import batch_read
from payroll.services.sheets import understand
from payroll.services.submissions import batch_submit
from responsibilities.selectors import clock
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.flow import submitted
from tests.factories.payouts import bare_payout_file
from tests.factories.payroll import COLUMNS, card_number, draft, person, sheet_bytes, site, upload
from tests.factories.people import on_roster, worker

pytestmark = pytest.mark.django_db
ENTERED = datetime.date(2026, 8, 1)
NO_CARD = tuple(name for name in COLUMNS if name not in ("bank_card", "bank_name"))
BY_NAME = ("seq", "name", "crew", "days", "gross", "net_pay")


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def known(cast, project):
    """Three people on the roster, each with one card."""
    people = [worker(n) for n in (1, 2, 3)]
    for who in people:
        on_roster(project, who, cast.subcontractor, entered_on=ENTERED)
    return people


def read(project, cast, rows, columns=COLUMNS):
    batch = upload(project, sheet_bytes(rows, columns=columns), subcontractor=cast.subcontractor)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def blank(*numbers) -> list[dict]:
    return [person(n, bank_card=None, bank_name=None) for n in numbers]


def said(batch, code) -> list[tuple]:
    return list(batch.remarks.filter(code=code).order_by("row").values_list("row", "cell", "severity", "message"))


def another_card(who, n=500) -> BankCard:
    number = card_number(n)
    return BankCard.objects.create(
        worker=who,
        number_index=vault.blind_index(number, "bank_card"),
        number_sealed=vault.seal_text(number, "bank_card"),
        last4=number[-4:],
    )


def attempt(who, card, state, project):
    """A line of an earlier month that was paid, or tried, to the card."""
    batch = draft(project, [person(900 + Payout.objects.count())], month_on=datetime.date(2026, 8, 1))
    file = bare_payout_file(batch)
    CardChange.objects.all().delete()
    paid_on = clock.today() if state == "paid" else None
    Payout.objects.filter(file=file).update(card=card, state=state, paid_on=paid_on)


def test_the_registered_card_stands_in_and_is_said_once_at_the_row(cast, project, known):
    batch = read(project, cast, blank(1, 2, 3))
    assert (batch.accepted, batch.rejected) == (3, 0)
    cards = {who.pk: who.cards.get() for who in known}
    lines = list(batch.lines.select_related("card").order_by("row"))
    assert [line.card for line in lines] == [cards[line.worker_id] for line in lines]
    found = said(batch, "registered_card")
    assert [(row, severity) for row, _cell, severity, _text in found] == [(3, "notice"), (4, "notice"), (5, "notice")]
    first = lines[0]
    assert f"尾号 {first.card.last4}" in found[0][3]
    assert card_number(1) not in found[0][3]
    assert not said(batch, "card_missing")
    assert not BankCard.objects.exclude(worker__in=known).exists()


def test_a_check_without_storing_says_the_same(project, known, cast):
    found = understand(sheet_bytes(blank(1, 2)), project=project, month=Month(2026, 10))
    assert [remark.code for remark in found.remarks if "card" in remark.code] == ["registered_card"] * 2


def test_a_card_in_the_sheet_is_never_replaced(cast, project, known):
    batch = read(project, cast, [person(1, bank_card=card_number(77)), person(2)])
    assert not said(batch, "registered_card")
    assert [line.card.last4 for line in batch.lines.order_by("row")] == [card_number(77)[-4:], card_number(2)[-4:]]


def test_who_has_no_card_or_is_not_on_the_roster_is_remarked_on_as_before(cast, project, known):
    known[0].cards.all().delete()
    worker(9)  # known, with a card, on no roster of this site
    batch = read(project, cast, [*blank(1, 9), person(2)])
    assert [row for row, *_rest in said(batch, "card_missing")] == [3, 4]
    assert (batch.accepted, batch.rejected) == (1, 2)
    assert list(batch.lines.values_list("worker_id", flat=True)) == [known[1].pk]


def test_what_stands_in_the_cell_and_is_no_card_is_not_filled_in(cast, project, known):
    batch = read(project, cast, [person(1, bank_card="现金"), person(2)])
    assert len(said(batch, "card_missing")) == 1
    assert not said(batch, "registered_card")
    CheckSetting.objects.create(
        check_code="card_missing", severity="notice", area=project.area, in_force_from="2026-01-01",
        reason="测试", set_at=clock.now(),
    )  # fmt: skip
    batch = read(project, cast, [person(1, bank_card="现 金"), person(3)])
    assert len(said(batch, "card_missing")) == 1
    assert batch.lines.order_by("row").first().card is None


def test_the_line_is_payable_where_it_was_held(cast, project, known):
    batch = read(project, cast, blank(1), NO_CARD)
    (line,) = open_lines_unscoped(batch.pk)
    assert line.hold == ""


@pytest.mark.parametrize("columns", [NO_CARD, BY_NAME])
def test_without_a_column_of_cards_it_is_said_once_for_the_sheet(cast, project, known, columns):
    batch = read(project, cast, blank(1, 2, 3), columns)
    assert (batch.accepted, batch.rejected) == (3, 0)
    assert [line.card for line in batch.lines.order_by("row")] == [who.cards.get() for who in known]
    ((row, cell, severity, message),) = said(batch, "registered_card")
    assert (row, cell, severity) == (2, "B2", "notice")
    assert message == "表里没有银行卡号列，3 人按登记的工资卡发放。请核对是不是本人现在用的卡。"
    assert not said(batch, "card_column_missing")
    assert not said(batch, "card_missing")


def test_who_can_not_be_paid_without_a_column_of_cards_is_named_once_for_the_sheet(cast, project, known):
    known[0].cards.all().delete()
    batch = read(project, cast, blank(1, 2, 9), NO_CARD)  # the third is a stranger
    assert (batch.accepted, batch.rejected) == (3, 0)
    ((row, cell, severity, message),) = said(batch, "card_column_missing")
    assert (row, cell, severity) == (2, "B2", "warning")
    names = "、".join(line.worker.name for line in batch.lines.order_by("row") if line.card is None)
    assert f"有 2 人没有可用的登记工资卡（{names}），现在不能发放" in message
    assert "1 人按登记的工资卡发放" in said(batch, "registered_card")[0][3]


def test_without_a_roster_nobody_has_a_registered_card(cast, project):
    batch = read(project, cast, blank(*range(1, 8)), NO_CARD)
    ((_row, _cell, _severity, message),) = said(batch, "card_column_missing")
    assert "有 7 人没有可用的登记工资卡" in message
    assert (message.count("、"), " 等）" in message) == (4, True)
    assert not said(batch, "registered_card")
    filled = read(project, cast, [person(n) for n in range(1, 8)])
    assert not said(filled, "card_column_missing")


# ── which card ──────────────────────────────────────────────────────────


def chosen(who) -> str:
    found = stand_in_cards_unscoped([who.pk])
    return found[who.pk].last4 if found else ""


def test_of_several_cards_the_one_last_paid_to_and_none_is_guessed(cast, project, known):
    who = known[0]
    old, new = who.cards.get(), another_card(who)
    assert chosen(who) == ""
    batch = read(project, cast, [*blank(1), person(2)])
    assert [row for row, *_rest in said(batch, "card_missing")] == [3]
    assert (batch.accepted, batch.rejected) == (1, 1)
    attempt(who, new, "paid", project)
    assert chosen(who) == new.last4
    attempt(who, old, "paid", project)
    assert chosen(who) == old.last4


@pytest.mark.parametrize("state", ["failed", "returned"])
def test_a_card_that_the_bank_refused_last_stands_in_no_more(project, known, state):
    who = known[0]
    attempt(who, who.cards.get(), state, project)
    assert chosen(who) == ""


@pytest.mark.parametrize("state", ["failed", "returned"])
def test_of_two_cards_of_which_the_bank_refused_one_the_other_is_not_the_only_one(project, known, state):
    """Nobody ever paid to it: it may be the number that was typed wrongly before."""
    who = known[0]
    attempt(who, another_card(who), state, project)
    assert chosen(who) == ""


def test_a_later_sheet_that_names_another_card_leaves_a_doubt(cast, project, known):
    who = known[0]
    first = submitted(project, [person(1)], subcontractor=cast.subcontractor, month_on=datetime.date(2026, 8, 1))
    Payout.objects.filter(file=bare_payout_file(first)).update(state="paid", paid_on=clock.today())
    CardChange.objects.all().delete()
    assert chosen(who) == card_number(1)[-4:]
    later = draft(
        project,
        [person(1, bank_card=card_number(77))],
        subcontractor=cast.subcontractor,
        month_on=datetime.date(2026, 9, 1),
    )
    assert chosen(who) == card_number(1)[-4:], "a draft says nothing yet"
    batch_submit(batch_id=later.pk, actor=Actor.system("tests"))
    assert chosen(who) == ""
    Payout.objects.filter(file=bare_payout_file(later)).update(state="paid", paid_on=clock.today())
    CardChange.objects.all().delete()
    assert chosen(who) == card_number(77)[-4:]


def test_a_voided_file_says_nothing_of_the_card(project, known):
    attempt(known[0], known[0].cards.get(), "voided", project)
    assert chosen(known[0]) == known[0].cards.get().last4


def test_a_card_of_others_too_stands_in_for_nobody(project, known):
    other = another_card(known[1], 1)
    assert other.last4 == card_number(1)[-4:]
    assert chosen(known[0]) == ""
    other.delete()
    assert chosen(known[0]) == card_number(1)[-4:]


@pytest.mark.parametrize(
    ("state", "old", "new"), [("waiting", "old", ""), ("denied", "old", ""), ("confirmed", "", "new"), ("", "", "new")]
)
def test_a_replaced_card_and_one_that_the_worker_has_not_called_his(cast, project, known, state, old, new):
    """Waiting or denied: the new one never stands in; and the one before was replaced for a reason."""
    who = known[0]
    line = submitted(project, [person(1)], subcontractor=cast.subcontractor).lines.get()
    first, second = who.cards.get(), another_card(who)
    change = CardChange.objects.create(
        line=line, old_card=first, new_card=second, reason="销户", changed_at=clock.now(), state=state
    )
    assert chosen(who) == (second.last4 if new else "")
    # Back again: the first one counts as before.
    change.pk, change.old_card, change.new_card, change.state = None, second, first, "confirmed"
    change.save()
    CardChange.objects.filter(new_card=second).update(state="replaced")
    assert chosen(who) == first.last4


def test_a_payment_under_way_says_nothing_of_the_card_yet(project, known):
    """The newer card was paid to before; that this month's file waits for the bank's answer doesn't bring back the old."""
    who = known[0]
    old, new = who.cards.get(), another_card(who)
    attempt(who, old, "paid", project)
    attempt(who, new, "paid", project)
    attempt(who, new, "pending", project)
    assert chosen(who) == new.last4


@pytest.mark.parametrize(
    ("acts", "stands_in"),
    [
        ((), False),
        ((ContestAct.ACCEPT,), False),
        ((ContestAct.REJECT,), False),
        ((ContestAct.TRANSFER,), False),
        (("withdraw",), True),
    ],
)
def test_a_card_that_the_worker_said_was_not_his_stands_in_no_more(cast, project, known, by_hand, acts, stands_in):
    who = known[0]
    line = submitted(project, [person(1)], subcontractor=cast.subcontractor).lines.get()
    token = pay_token(line.confirmation.key)
    contest_raise(token=token, claim=Claim(reason="not_my_card"), actor=by_hand)
    for act in acts:
        if act == "withdraw":
            contest_withdraw(token=token, actor=by_hand)
        else:
            contest_settle(contest_id=PayContest.objects.get().pk, act=act, answer="已记录", actor=by_hand)
    assert chosen(who) == (who.cards.get().last4 if stands_in else "")
    assert chosen(known[1]), "the control"


def test_a_card_that_he_called_his_after_all_stands_in_again(cast, project, known, by_hand):
    who = known[0]
    line = submitted(project, [person(1)], subcontractor=cast.subcontractor).lines.get()
    contest_raise(token=pay_token(line.confirmation.key), claim=Claim(reason="not_my_card"), actor=by_hand)
    CardChange.objects.create(
        line=line, new_card=who.cards.get(), reason="核实", changed_at=clock.now(), state="confirmed",
        answered_at=clock.now(),
    )  # fmt: skip
    assert chosen(who) == who.cards.get().last4


def test_a_contest_of_something_else_says_nothing_of_the_card(cast, project, known, by_hand):
    line = submitted(project, [person(1)], subcontractor=cast.subcontractor).lines.get()
    contest_raise(token=pay_token(line.confirmation.key), claim=Claim(reason="days"), actor=by_hand)
    assert chosen(known[0]) == known[0].cards.get().last4


@pytest.fixture
def by_hand():
    return Actor.system("tests")


# ── cost ────────────────────────────────────────────────────────────────


def counted(project, cast, rows, columns) -> int:
    batch = upload(project, sheet_bytes(rows, columns=columns), subcontractor=cast.subcontractor)
    with CaptureQueriesContext(connection) as captured:
        batch_read(batch.pk)
    return sum("payroll_bankcard" in query["sql"] and "several" in query["sql"] for query in captured.captured_queries)


def test_it_asks_once_a_chunk_and_not_at_all_where_every_row_has_its_card(cast, project):
    for n in range(1, 41):
        on_roster(project, worker(n), cast.subcontractor, entered_on=ENTERED)
    assert counted(project, cast, [person(n) for n in range(1, 41)], COLUMNS) == 0
    assert counted(project, cast, blank(*range(1, 41)), COLUMNS) == 1
