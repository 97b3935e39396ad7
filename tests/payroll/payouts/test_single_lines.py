"""After the bank has spoken of one line: another card, a recorded exception, money that came back."""

import datetime

import pytest

from payroll.models import BankCard, BatchAct, CardChange, PayContest, Payout, PayoutFile, PayrollBatch
from payroll.rules.contests import ContestAct
from payroll.selectors.payouts import open_line_unscoped, open_lines_unscoped, standing_of
from payroll.services.answers import Claim, contest_raise
from payroll.services.contests import contest_settle
from payroll.services.line_cards import card_keep, card_replace, evidence_open
from payroll.services.pay_links import pay_token
from payroll.services.payout_files import payout_file_void, payout_files_make
from payroll.services.payout_lines import exception_lift, exception_record, payout_return
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from tests.factories.flow import submitted
from tests.factories.payroll import card_number, person
from tests.factories.pictures import exif, jpeg

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def lines(batch, by):
    """The three lines: paid, failed, failed."""
    payout_files_make(batch_id=batch.pk, layout="generic", **by)
    rows = list(Payout.objects.order_by("row"))
    Payout.objects.filter(pk=rows[0].pk).update(state="paid", paid_on=DAY)
    Payout.objects.filter(pk__in=[row.pk for row in rows[1:]]).update(state="failed", bank_message="账户已销户")
    return list(batch.lines.select_related("worker", "card").order_by("row"))


def replace(line, by, **changes):
    facts = {"number": card_number(77), "holder": line.worker.name, "bank_name": "甘肃银行", "reason": "原卡已销户"}
    return card_replace(line_id=line.pk, **facts | changes, **by)


def test_a_new_card_is_checked_recorded_and_used(lines, by, batch):
    old = lines[1].card
    change = replace(lines[1], by)
    lines[1].refresh_from_db()
    assert (change.old_card, change.new_card, lines[1].card) == (old, lines[1].card, change.new_card)
    assert vault.unseal_text(change.new_card.number_sealed, "bank_card") == card_number(77)
    event = AuditEvent.objects.get(action="payout.card")
    assert event.changes["bank_card"] == [f"尾号 {old.last4}", f"尾号 {card_number(77)[-4:]}"]
    assert card_number(77) not in str(event.changes)
    CardChange.objects.update(state=CardChange.State.CONFIRMED)
    card_keep(line_id=lines[2].pk, reason="银行已解除销户", **by)
    made = payout_files_make(batch_id=batch.pk, layout="generic", **by)
    again = made.files[0].payouts.get(line=lines[1])
    assert (made.files[0].rows, again.attempt, again.card) == (2, 2, change.new_card)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "62170000"}, "card_invalid"),
        ({"number": card_number(77)[:-1] + str((int(card_number(77)[-1]) + 1) % 10)}, "card_invalid"),
        ({"number": "六二一七"}, "card_invalid"),
        ({"holder": "王老板"}, "holder_differs"),
        ({"number": card_number(1)}, "card_of_other"),
        ({"number": card_number(2)}, "same_card"),
        ({"reason": "  "}, "reason_missing"),
    ],
)
def test_a_card_that_may_not_be_used_changes_nothing(lines, by, changes, code):
    before = BankCard.objects.count()
    with pytest.raises(Refused) as refused:
        replace(lines[1], by, **changes)
    assert refused.value.code == code
    assert not CardChange.objects.exists()
    assert BankCard.objects.count() == before


def test_a_wrong_number_and_a_wrong_holder_are_told_together(lines, by):
    with pytest.raises(Refused) as refused:
        replace(lines[1], by, number="62170000", holder="王老板")
    assert set(refused.value.fields) == {"number", "holder"}
    with pytest.raises(Refused) as refused:
        replace(lines[1], by, holder="王老板")
    assert set(refused.value.fields) == {"holder"}, "the control"


def test_spaces_and_kinds_of_dots_are_no_other_name(lines, by):
    lines[1].worker.name = "买买提·艾力"
    lines[1].worker.save()
    assert replace(lines[1], by, holder="买买提 ・艾力", number=" ".join(card_number(77))).new_card


def test_the_same_number_with_another_bank_corrects_the_bank(lines, by):
    replace(lines[1], by, number=card_number(2), bank_name="农业银行张掖分行")
    lines[1].card.refresh_from_db()
    assert lines[1].card.bank_name == "农业银行张掖分行"


def test_a_line_that_is_paid_or_under_way_keeps_its_card(lines, by, batch):
    with pytest.raises(Refused) as refused:
        replace(lines[0], by)
    assert refused.value.code == "under_way"
    card_keep(line_id=lines[1].pk, reason="银行说明系统误报", **by)
    payout_files_make(batch_id=batch.pk, layout="generic", **by)
    with pytest.raises(Refused) as refused:
        replace(lines[1], by)
    assert refused.value.code == "under_way"


def test_exceptions_stay_visibly_unpaid_and_let_the_batch_finish(lines, by, batch):
    exception_record(line_id=lines[1].pk, kind="deceased", reason="家属正在办理公证", **by)
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAYING
    exception_record(line_id=lines[2].pk, kind="frozen", reason="法院冻结", **by)
    batch.refresh_from_db()
    standing = standing_of(batch)
    assert batch.stage == PayrollBatch.Stage.PAID
    assert (standing.words, standing.excepted, standing.left) == ("已发 1 / 3", 2, 2)
    assert BatchAct.objects.filter(batch=batch, act="paid").count() == 1
    with pytest.raises(Refused) as refused:
        payout_files_make(batch_id=batch.pk, layout="generic", **by)
    assert refused.value.code == "already_paid"


def test_a_lifted_exception_reopens_the_batch(lines, by, batch):
    for line in lines[1:]:
        exception_record(line_id=line.pk, kind="frozen", reason="法院冻结", **by)
    exception_lift(line_id=lines[1].pk, **by)
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAYING
    card_keep(line_id=lines[1].pk, reason="法院已解除冻结", **by)
    assert payout_files_make(batch_id=batch.pk, layout="generic", **by).files[0].rows == 1
    with pytest.raises(Refused):
        exception_lift(line_id=lines[1].pk, **by)


def test_recording_twice_is_one_exception(lines, by):
    first = exception_record(line_id=lines[1].pk, kind="frozen", reason="法院冻结", **by)
    assert exception_record(line_id=lines[1].pk, kind="other", reason="又一次", **by) == first


def test_money_that_came_back_can_be_sent_again(lines, by, batch):
    for line in lines[1:]:
        exception_record(line_id=line.pk, kind="frozen", reason="法院冻结", **by)
    with pytest.raises(Refused) as refused:
        payout_return(line_id=lines[0].pk, returned_on=datetime.date(2026, 11, 19), reason="退汇", **by)
    assert refused.value.code == "date_impossible"
    payout_return(line_id=lines[0].pk, returned_on=datetime.date(2026, 11, 21), reason="账户状态异常，退汇", **by)
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAYING
    assert standing_of(batch).paid == 0
    card_keep(line_id=lines[0].pk, reason="工人已到银行激活", **by)
    made = payout_files_make(batch_id=batch.pk, layout="generic", **by)
    assert made.files[0].payouts.get().attempt == 2


def test_who_looks_does_not_act(cast, lines):
    for who in ("county_supervisor", "auditor"):
        user = getattr(cast, who)
        with pytest.raises(NotAllowed):
            replace(lines[1], {"actor": cast.actor(user), "scope": cast.scope(user)})


def test_the_paper_behind_a_new_card_is_sealed_and_each_look_is_on_the_trail(cast, lines, by):
    with pytest.raises(Refused) as refused:
        replace(lines[1], by, evidence=b"MZ no picture")
    assert refused.value.code == "picture_refused"
    picture = jpeg(30, 20)
    change = replace(lines[1], by, evidence=jpeg(30, 20, exif(place=b"100.45E")))
    assert picture not in bytes(change.evidence.sealed)
    assert evidence_open(change_id=change.pk, **by) == (picture, "image/jpeg")
    assert AuditEvent.objects.filter(action="payout.evidence").count() == 1
    with pytest.raises(NotAllowed):
        evidence_open(change_id=change.pk, actor=cast.actor(cast.auditor), scope=cast.scope(cast.auditor))


@pytest.mark.parametrize(
    ("evidence", "kind", "way"),
    [
        (jpeg(30, 20), "image/jpeg", "inline"),
        (b"%PDF-1.7 /OpenAction /JavaScript", "application/octet-stream", "attachment"),
    ],
)
def test_the_paper_behind_a_new_card_never_runs_as_a_page(cast, enter, lines, by, evidence, kind, way):
    change = replace(lines[1], by, evidence=evidence)
    shown = enter(cast.labour_officer).get(f"/payroll/card-changes/{change.pk}/evidence/")
    assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, evidence, kind)
    assert shown.headers["Content-Disposition"].startswith(way)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_voided_before_it_was_sent_is_no_visit_to_the_bank(cast, client, batch, by):
    first = payout_files_make(batch_id=batch.pk, layout="generic", **by).files[0]
    payout_file_void(file_id=first.pk, reason="版式选错", **by)
    assert {line.sent for line in open_lines_unscoped(batch.pk)} == {0}
    payout_files_make(batch_id=batch.pk, layout="generic", **by)
    Payout.objects.filter(state="pending").update(state="failed", bank_message="银行系统超时")
    assert {(line.sent, line.attempts) for line in open_lines_unscoped(batch.pk)} == {(1, 2)}
    client.force_login(cast.labour_officer)
    shown = client.get(f"/payroll/{batch.pk}/payout/").content.decode()
    assert "送过银行 1 次" in shown
    assert "送过银行 2 次" not in shown


def holds(batch) -> set[str]:
    return {line.hold for line in open_lines_unscoped(batch.pk)}


@pytest.mark.parametrize("message", ["户名不符", "账号错误", "账户已销户", "该卡已挂失", "账户冻结"])
def test_what_the_bank_refused_for_the_card_waits_with_the_same_card(lines, by, batch, message):
    Payout.objects.filter(state="failed").update(bank_message=message)
    assert holds(batch) == {"card_refused"}
    PayoutFile.objects.update(state="settled")
    with pytest.raises(Refused) as refused:
        payout_files_make(batch_id=batch.pk, layout="generic", **by)
    assert refused.value.code == "nothing_to_pay"


@pytest.mark.parametrize("message", ["银行系统超时", "付款账户余额不足", "", "原因不详"])
def test_what_is_not_the_cards_is_payable_at_once(lines, by, batch, message):
    Payout.objects.filter(state="failed").update(bank_message=message)
    assert holds(batch) == {""}
    assert payout_files_make(batch_id=batch.pk, layout="generic", **by).files[0].rows == 2


def test_somebody_says_with_a_reason_that_the_same_card_is_right(cast, lines, by, batch):
    with pytest.raises(Refused) as refused:
        card_keep(line_id=lines[1].pk, reason=" ", **by)
    assert refused.value.code == "reason_missing"
    card_keep(line_id=lines[1].pk, reason="银行已更正户名", **by)
    assert AuditEvent.objects.get(action="payout.card_keep").reason == "银行已更正户名"
    assert {line.pk: line.hold for line in open_lines_unscoped(batch.pk)} == {
        lines[1].pk: "",
        lines[2].pk: "card_refused",
    }
    with pytest.raises(Refused) as refused:
        card_keep(line_id=lines[1].pk, reason="再说一次", **by)
    assert refused.value.code == "not_refused"
    made = payout_files_make(batch_id=batch.pk, layout="generic", **by).files[0]
    assert (made.rows, made.payouts.get().card) == (1, lines[1].card)
    # Refused once more, it waits once more.
    made.payouts.update(state="failed", bank_message="户名不符")
    assert holds(batch) == {"card_refused"}
    auditor = {"actor": cast.actor(cast.auditor), "scope": cast.scope(cast.auditor)}
    with pytest.raises(NotAllowed):
        card_keep(line_id=lines[1].pk, reason="我看没问题", **auditor)


def test_one_line_is_held_by_what_holds_it_among_the_others(lines, batch):
    """Asked for alone, it says the same: a card is shared with lines that are not asked for."""
    card = lines[1].card
    BankCard.objects.filter(pk=lines[2].card_id).update(number_index=card.number_index)
    found = open_lines_unscoped(batch.pk)
    assert [one.hold for one in found] == ["shared_card", "shared_card"]
    assert [open_line_unscoped(line) for line in lines] == [None, *found]


def test_keeping_a_card_answers_nothing_for_the_worker(lines, by, batch, settings):
    change = replace(lines[1], by)
    Payout.objects.filter(line=lines[1]).update(card=change.new_card, bank_message="户名不符")
    PayoutFile.objects.update(made_at=now() + datetime.timedelta(hours=1))
    CardChange.objects.update(state=CardChange.State.CONFIRMED)
    assert {line.hold for line in open_lines_unscoped(batch.pk) if line.pk == lines[1].pk} == {"card_refused"}
    assert card_keep(line_id=lines[1].pk, reason="银行已更正", **by).state == CardChange.State.CONFIRMED


def test_the_page_of_a_refused_line_says_why_it_waits_and_takes_the_reason(cast, client, lines, batch):
    client.force_login(cast.labour_officer)
    shown = client.get(f"/payroll/{batch.pk}/payout/").content.decode()
    assert "银行卡已销户" in shown
    assert "经核实原卡无误的" in shown
    page = f"/payroll/lines/{lines[1].pk}/payout/"
    assert "原卡无误，可以重新发放" in client.get(page).content.decode()
    done = client.post(page, {"act": "keep", "reason": "银行已恢复账户"}, follow=True).content.decode()
    assert "已确认原卡无误" in done
    assert "银行已恢复账户" in done
    assert "原卡无误，可以重新发放" not in done


def test_a_card_that_both_sides_say_is_wrong_waits_for_another(batch, by):
    confirmation = batch.confirmations.order_by("line__row").first()
    line = confirmation.line
    contest_raise(token=pay_token(confirmation.key), claim=Claim(reason="not_my_card"), actor=by["actor"])
    contest = PayContest.objects.get()
    assert hold_of(batch, line) == "contest"
    contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="将更换", actor=by["actor"])
    assert hold_of(batch, line) == "card_contested"
    replace(line, by, number=card_number(78))
    CardChange.objects.update(state=CardChange.State.CONFIRMED)
    assert hold_of(batch, line) == ""


def test_a_corrected_sheet_with_another_card_ends_the_waiting(project, by):
    first = submitted(project, [person(1)])
    confirmation = first.confirmations.get()
    contest_raise(token=pay_token(confirmation.key), claim=Claim(reason="not_my_card"), actor=by["actor"])
    again = submitted(project, [person(1, bank_card=card_number(78))], name="10月工资（更正）.xlsx")
    contest = PayContest.objects.get()
    assert contest.batch == again, "what is in dispute comes over"
    contest_settle(contest_id=contest.pk, act=ContestAct.ACCEPT, answer="卡已在新表里更换", actor=by["actor"])
    line = again.lines.get()
    assert hold_of(again, line) == ""
    line.card = first.lines.get().card
    line.save(update_fields=["card"])
    assert hold_of(again, line) == "card_contested", "the control: with the card that he said wasn't his"


def test_a_contest_of_days_that_was_taken_up_says_nothing_of_the_card(batch, by):
    confirmation = batch.confirmations.order_by("line__row").first()
    contest_raise(token=pay_token(confirmation.key), claim=Claim(reason="days"), actor=by["actor"])
    contest_settle(contest_id=PayContest.objects.get().pk, act=ContestAct.ACCEPT, answer="将补发", actor=by["actor"])
    assert hold_of(batch, confirmation.line) == ""


def hold_of(batch, line) -> str:
    return next(one.hold for one in open_lines_unscoped(batch.pk) if one.pk == line.pk)
