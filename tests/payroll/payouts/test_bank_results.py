"""The bank's answer: matched and never guessed, shown, applied in one piece, and never double."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import BankResult, BankResultRow, BatchAct, PayoutFile, PayrollBatch
from payroll.selectors.payouts import standing_of
from payroll.services.bank_results import (
    payout_file_settle,
    result_apply,
    result_discard,
    result_record,
)
from payroll.services.card_answers import card_confirm
from payroll.services.line_cards import card_replace
from payroll.services.pay_links import pay_token
from payroll.services.payout_files import payout_file_send, payout_file_void, payout_files_make
from payroll.services.result_reading import result_upload
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, Refused
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.factories.payouts import answer_bytes, answered, answers, noticed
from tests.factories.payroll import card_number, person

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
Verdict = BankResultRow.Verdict


@pytest.fixture
def file(batch):
    """The pay-out file of three."""
    return payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]


def take(result, **facts):
    return result_apply(result_id=result.pk, version=facts.pop("version", result.version), actor=SYSTEM, **facts)


def states(file):
    return list(file.payouts.order_by("row").values_list("state", flat=True))


def verdicts(result):
    return list(result.result_rows.order_by("row").values_list("verdict", flat=True))


def test_everybody_paid_finishes_the_batch(batch, file):
    result = answered(file, answer_bytes(answers(file)))
    assert (result.status, result.counts["paid"], result.counts["silent"]) == ("ready", 3, 0)
    assert states(file) == ["pending"] * 3
    take(result)
    batch.refresh_from_db()
    file.refresh_from_db()
    assert states(file) == ["paid"] * 3
    assert (batch.stage, file.state) == (PayrollBatch.Stage.PAID, PayoutFile.State.SETTLED)
    assert list(batch.acts.filter(act__in=["bank_result", "paid"]).values_list("act", flat=True)) == [
        "bank_result",
        "paid",
    ]
    assert AuditEvent.objects.filter(action="result.apply").count() == 1


def test_failures_keep_their_reason_and_the_batch_stays_open(batch, file):
    take(answered(file, answer_bytes(answers(file, {2: "户名不符", 3: "账户已销户"}))))
    batch.refresh_from_db()
    standing = standing_of(batch)
    assert (standing.words, standing.failed, batch.stage) == ("已发 1 / 3", 2, PayrollBatch.Stage.PAYING)
    assert list(file.payouts.order_by("row").values_list("bank_message", flat=True)) == ["", "户名不符", "账户已销户"]


def test_failed_rows_are_corrected_and_only_they_are_sent_again(batch, file):
    take(answered(file, answer_bytes(answers(file, {2: "账户已销户"}))))
    line = batch.lines.get(payouts__row=2)
    card_replace(
        line_id=line.pk,
        number=card_number(88),
        holder=line.worker.name,
        bank_name="甘肃银行",
        reason="新卡",
        actor=SYSTEM,
    )
    card_confirm(token=pay_token(line.confirmation.key), actor=SYSTEM)
    (again,) = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files
    assert (again.sequence, again.rows, again.payouts.get().attempt) == (2, 1, 2)
    take(answered(again, answer_bytes(answers(again))))
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID
    assert list(line.payouts.order_by("attempt").values_list("state", flat=True)) == ["failed", "paid"]


def test_applying_twice_changes_nothing(file):
    result = answered(file, answer_bytes(answers(file)))
    take(result)
    take(result)
    assert BatchAct.objects.filter(act="bank_result").count() == 1


def test_the_same_file_twice_is_one_result(file):
    data = answer_bytes(answers(file))
    first = answered(file, data)
    facts = {
        "payout_file_id": file.pk,
        "name": "x.xlsx",
        "data": data,
        "covers": "all",
        "paid_on": today(),
        "actor": SYSTEM,
    }
    assert result_upload(**facts, wake=False) == (first, False)
    take(first)
    assert result_upload(**facts, wake=False) == (first, False)
    assert BankResult.objects.count() == 1


def test_rows_in_another_order_without_numbers_are_matched_by_card_amount_and_name(file):
    rows = [row[1:] for row in reversed(answers(file, {1: "卡号不存在"}))]
    titles = ("账号", "户名", "金额", "处理结果", "失败原因")
    take(answered(file, answer_bytes(rows, titles)))
    assert states(file) == ["failed", "paid", "paid"]


def test_our_own_reference_is_enough(batch, file):
    rows = [[f"{batch.pk}-1-{n}", Decimal("5380.00"), "交易成功"] for n in (1, 2, 3)]
    result = answered(file, answer_bytes(rows, ("自定义序号", "金额", "交易状态")))
    assert verdicts(result) == ["paid"] * 3


def test_masked_cards_are_matched_with_the_name(file):
    rows = [[row[0], f"6217****{row[1][-4:]}", *row[2:]] for row in answers(file)]
    assert verdicts(answered(file, answer_bytes(rows))) == ["paid"] * 3
    without_number = [row[1:] for row in rows]
    titles = ("收款账号", "收款人户名", "金额", "结果", "原因")
    assert verdicts(answered(file, answer_bytes(without_number, titles))) == ["paid"] * 3


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({3: Decimal("5380.01")}, Verdict.AMOUNT),
        ({2: "王老板"}, Verdict.NAME),
        ({1: card_number(99)}, Verdict.CARD),
        ({4: "处理中"}, Verdict.UNCLEAR),
        ({4: "银行的新说法"}, Verdict.UNCLEAR),
        ({0: 9, 1: card_number(99), 2: "陌生人"}, Verdict.UNMATCHED),
    ],
)
def test_what_differs_is_said_and_not_taken(file, change, verdict):
    rows = answers(file)
    for at, value in change.items():
        rows[1][at] = value
    result = answered(file, answer_bytes(rows))
    assert verdicts(result) == ["paid", verdict, "paid"]
    take(result)
    assert states(file) == ["paid", "pending", "paid"]


def test_two_equal_payments_without_a_number_are_nobodys_guess(project):
    twice = person(1)
    batch = noticed(project, [twice, twice | {"crew": "瓦工班", "seq": 2}])
    if batch.accepted < 2:
        pytest.skip("同一人两行在读取时已被拒绝")
    (file,) = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files
    rows = [row[1:] for row in answers(file)]
    result = answered(file, answer_bytes(rows, ("账号", "户名", "金额", "处理结果", "失败原因")))
    assert verdicts(result) == [Verdict.AMBIGUOUS] * 2


def test_two_rows_that_contradict_each_other_are_not_taken(file):
    rows = answers(file)
    rows.append([*rows[0][:4], "失败", "退汇"])
    result = answered(file, answer_bytes(rows))
    assert verdicts(result) == [Verdict.AMBIGUOUS, "paid", "paid", Verdict.AMBIGUOUS]


def test_a_repeated_row_counts_once(file):
    rows = answers(file)
    result = answered(file, answer_bytes([*rows, rows[0]]))
    assert verdicts(result) == ["paid", "paid", "paid", Verdict.REPEATED]
    assert result.counts["paid_fen"] == int(file.total * 100)


def test_a_list_of_failures_means_that_the_rest_was_paid(batch, file):
    rows = [answers(file, {2: "账户冻结"})[1]]
    result = answered(file, answer_bytes(rows), covers="failures")
    assert (result.counts["failed"], result.counts["silent"]) == (1, 2)
    take(result)
    assert states(file) == ["paid", "failed", "paid"]


def test_a_list_of_failures_needs_no_column_that_says_so(file):
    titles = ("姓名", "身份证号", "银行卡号", "手机号", "支付金额", "错误原因", "错误信息")
    one = answers(file)[0]
    rows = [[one[2], "", one[1], "", one[3], "", ""]]
    result = answered(file, answer_bytes(rows, titles), covers="failures")
    assert verdicts(result) == ["failed"]


def test_with_one_doubtful_row_nobody_knows_who_the_rest_is(file):
    rows = [answers(file, {2: "账户冻结"})[1]]
    rows[0][1], rows[0][2] = card_number(99), "陌生人"
    result = answered(file, answer_bytes(rows), covers="failures")
    with pytest.raises(Refused) as refused:
        take(result)
    assert refused.value.code == "doubtful_rows"
    assert states(file) == ["pending"] * 3


def test_amounts_in_fen_are_read_as_such(file):
    rows = [[*row[:3], str(int(row[3] * 100)), *row[4:]] for row in answers(file)]
    titles = ("序号", "账号", "户名", "金额（分）", "处理结果", "失败原因")
    assert verdicts(answered(file, answer_bytes(rows, titles))) == ["paid"] * 3


def test_a_csv_of_the_bank_in_gb18030_is_read(file):
    lines = ["批量代发结果,,,,,", "序号,收款账号,收款户名,交易金额,交易状态,失败原因"]
    lines += [f"{r[0]},{r[1]}\t,{r[2]},{r[3]},{r[4]},{r[5]}" for r in answers(file, {1: "户名不符"})]
    lines.append(f"合计,,,{file.total},,")
    result = answered(file, "\r\n".join(lines).encode("gb18030"), name="result.csv")
    assert (result.rows, verdicts(result)) == (3, ["failed", "paid", "paid"])


def test_the_rows_own_day_counts_where_it_can_be_true(file, settings):
    day = today()
    rows = [[*row, when] for row, when in zip(answers(file), (f"{day:%Y%m%d}", "20200101", ""), strict=True)]
    titles = ("序号", "账号", "户名", "金额", "处理结果", "失败原因", "交易日期")
    take(answered(file, answer_bytes(rows, titles)))
    assert set(file.payouts.values_list("paid_on", flat=True)) == {day}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (answer_bytes([["张三", "甘肃"]], ("姓名", "籍贯")), "no_header"),
        (answer_bytes([]), "empty"),
        (b"PK\x03\x04broken", "corrupt"),
    ],
)
def test_a_file_that_says_nothing_is_refused_with_a_sentence(file, data, code):
    result = answered(file, data)
    assert (result.status, result.refused_code) == ("refused", code)
    assert result.refused_message.endswith("。")


@pytest.mark.parametrize("days", [-400, 1])
def test_an_impossible_day_is_refused(file, days):
    with pytest.raises(Refused) as refused:
        answered(file, answer_bytes(answers(file)), paid_on=today() + datetime.timedelta(days=days))
    assert refused.value.code == "date_impossible"


def test_what_changed_between_looking_and_confirming_is_not_written_over(file):
    first = answered(file, answer_bytes(answers(file)))
    second = answered(file, answer_bytes(answers(file, {1: "账户冻结"})))
    take(second)
    with pytest.raises(Refused) as refused:
        take(first)
    assert refused.value.code == "changed_meanwhile"
    assert states(file) == ["failed", "paid", "paid"]
    with pytest.raises(EditedMeanwhile):
        take(answered(file, answer_bytes(answers(file), ("编号", "账号", "户名", "金额", "结果", "原因"))), version=0)


def test_a_discarded_result_is_not_applied(file):
    result = answered(file, answer_bytes(answers(file)))
    result_discard(result_id=result.pk, actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        take(result)
    assert refused.value.code == "not_ready"
    assert states(file) == ["pending"] * 3


def test_a_file_of_another_batch_gives_nothing_to_apply(project, file):
    other = noticed(project, [person(50)], month_on=datetime.date(2026, 9, 1))
    (theirs,) = payout_files_make(batch_id=other.pk, layout="generic", actor=SYSTEM).files
    result = answered(file, answer_bytes(answers(theirs)[:1], ("序号", "账号", "户名", "金额", "处理结果", "失败原因")))
    with pytest.raises(Refused) as refused:
        take(result)
    assert refused.value.code == "nothing_to_apply"


def test_the_banks_word_on_a_whole_file(batch, file):
    payout_file_send(file_id=file.pk, actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        payout_file_settle(file_id=file.pk, outcome="paid", on=today(), note="", actor=SYSTEM)
    assert refused.value.code == "reason_missing"
    assert (
        payout_file_settle(file_id=file.pk, outcome="failed", on=today(), note="文件格式不符，整批退回", actor=SYSTEM)
        == 3
    )
    (again,) = payout_files_make(batch_id=batch.pk, layout="ccb", actor=SYSTEM).files
    assert payout_file_settle(file_id=again.pk, outcome="paid", on=today(), note="HD20261123001", actor=SYSTEM) == 3
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID


def test_a_voided_file_takes_no_result(file):
    payout_file_void(file_id=file.pk, reason="版式选错", actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        answered(file, b"x,y\r\n1,2\r\n")
    assert refused.value.code == "voided"


def test_another_system_reports_rows_and_they_are_taken_at_once(file):
    rows = [
        {"seq": 1, "card": card_number(1), "amount": Decimal("5380.00"), "outcome": "paid", "bank_reference": "LS1"},
        {"seq": 2, "card": card_number(2), "amount": Decimal("5380.00"), "outcome": "failed", "message": "户名不符"},
        {"seq": 3, "card": card_number(99), "amount": Decimal("1.00"), "outcome": "paid"},
    ]
    result = result_record(payout_file_id=file.pk, rows=rows, actor=SYSTEM)
    assert verdicts(result) == ["paid", "failed", Verdict.CARD]
    assert states(file) == ["paid", "failed", "pending"]
    assert file.payouts.get(row=1).bank_reference == "LS1"


def test_who_looks_does_not_take(cast, file):
    result = answered(file, answer_bytes(answers(file)))
    for who in ("county_supervisor", "auditor"):
        user = getattr(cast, who)
        with pytest.raises(NotAllowed):
            result_apply(result_id=result.pk, version=result.version, actor=cast.actor(user), scope=cast.scope(user))


def test_a_file_that_a_bank_answered_in_part_cannot_be_voided(batch, file):
    """Nobody said that it was sent; but the bank has it, and would pay what another file pays again."""
    assert file.state == PayoutFile.State.MADE
    take(answered(file, answer_bytes(answers(file)[:2])))
    file.refresh_from_db()
    assert file.state == PayoutFile.State.SENT
    with pytest.raises(Refused) as refused:
        payout_file_void(file_id=file.pk, reason="版式选错", actor=SYSTEM)
    assert refused.value.code == "already_sent"
    assert states(file) == ["paid", "paid", "pending"]
