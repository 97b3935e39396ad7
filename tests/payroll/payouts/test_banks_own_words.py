"""However a bank heads its columns, accounts are compared and its reasons are read; where they can't be, it is said."""

import pytest
from django.urls import reverse

from payroll.imports.bank_results import open_result, rows_of
from payroll.models import BankResultRow
from payroll.rules.bank_results import NOT_TAKEN
from payroll.services.payout_files import payout_files_make
from responsibilities.services.trail import Actor
from sheets.reader import Sheet, Workbook
from tests.factories.payouts import answer_bytes, answered, answers
from tests.factories.payroll import card_number

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
PLAIN = ("序号", "账号", "户名", "金额", "处理结果", "失败原因")
WORDS = ["收款卡号", "收款人卡号", "收款人银行账号", "银行卡", "工资账号", "客户账号", "入账卡号", "职工银行卡号"]


@pytest.fixture
def file(batch):
    return payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]


def headed(**words) -> tuple[str, ...]:
    """The usual titles with other words for some of them."""
    return tuple(words.get(title, title) for title in PLAIN)


def verdicts(result):
    return list(result.result_rows.order_by("row").values_list("verdict", flat=True))


def another_card(file):
    """The bank's answer, its second row with somebody else's account."""
    rows = answers(file)
    rows[1][1] = card_number(4711)
    return rows


@pytest.mark.parametrize("word", WORDS)
def test_an_account_by_any_name_is_compared(file, word):
    result = answered(file, answer_bytes(another_card(file), headed(账号=word)))
    assert result.columns["card"] == "B"
    assert verdicts(result) == ["paid", "card", "paid"]


@pytest.mark.parametrize("word", ["号", "入账介质", "账户标识"])
def test_a_column_of_accounts_is_told_by_what_stands_in_it(file, word):
    """A negative control: with the payer's own account in every row of that column there is none to compare."""
    assert verdicts(answered(file, answer_bytes(another_card(file), headed(账号=word)))) == ["paid", "card", "paid"]
    rows = answers(file)
    for row in rows:
        row[1] = card_number(4711)
    result = answered(file, answer_bytes(rows, headed(账号=word)))
    assert "card" not in result.columns
    assert verdicts(result) == ["paid"] * 3


@pytest.mark.parametrize("word", ["付款账号", "回单编号", "交易流水", "证件号码"])
def test_other_long_numbers_are_no_accounts(word):
    table = [list(headed(账号=word)), *([n, f"62220210011169{n:05}", "某人", "5000", "成功", ""] for n in (1, 2, 3))]
    opened = open_result(Workbook("xlsx", [Sheet.of(table)]))
    assert "card" not in opened.header.mapping
    assert [row.card for row in rows_of(opened)] == [None] * 3


@pytest.mark.parametrize("word", ["提交时间", "订单号", "渠道号", "指令号"])
def test_numbers_as_long_as_accounts_turn_no_row_away(file, word):
    rows = answers(file)
    for at, row in enumerate(rows):
        row[1] = f"2026112716304{at}"
    result = answered(file, answer_bytes(rows, headed(账号=word)))
    assert "card" not in result.columns
    assert verdicts(result) == ["paid"] * 3


def test_accounts_that_nobody_could_read_are_told(file, cast, enter):
    client = enter(cast.labour_officer)
    unread = answered(file, answer_bytes([[row[0], *row[2:]] for row in answers(file)], (PLAIN[0], *PLAIN[2:])))
    told = client.get(reverse("payroll:result", args=[unread.pk])).content.decode()
    assert "账号没有核对" in told
    read = answered(file, answer_bytes(answers(file)))
    assert "账号没有核对" not in client.get(reverse("payroll:result", args=[read.pk])).content.decode()


@pytest.mark.parametrize(
    ("purpose", "reason"), [("用途", "备注"), ("摘要", "备注"), ("备注", "摘要"), ("附言", "说明")]
)
def test_what_the_money_was_for_is_no_reason(file, purpose, reason):
    rows = [[*row[:5], "代发工资", row[5]] for row in answers(file, {2: "卡号不存在"})]
    result = answered(file, answer_bytes(rows, (*PLAIN[:5], purpose, reason)))
    assert result.result_rows.get(verdict="failed").message == "卡号不存在"
    nothing = [[*row[:5], "代发工资", "20261127000017"] for row in answers(file, {2: ""})]
    assert (
        answered(file, answer_bytes(nothing, (*PLAIN[:5], purpose, reason))).result_rows.get(verdict="failed").message
        == "失败"
    )


def test_our_own_reference_is_found_beside_the_remarks(file):
    rows = [
        ["", *row[1:5], f"{file.batch_id}-{file.sequence}-{row[0]}", row[5]] for row in answers(file, {2: "卡号不存在"})
    ]
    result = answered(file, answer_bytes(rows, (*PLAIN[:5], "附言", "备注")))
    assert result.result_rows.get(verdict="failed").message == "卡号不存在"
    assert all(row.reference.endswith(f"-{at}") for at, row in enumerate(result.result_rows.order_by("row"), 1))


@pytest.mark.parametrize("word", ["备注", "摘要", "附言", "说明"])
def test_a_reason_among_the_remarks_is_one(file, word):
    rows = answers(file, {2: "账户已销户"})
    rows[0][5] = "9月工资"
    result = answered(file, answer_bytes(rows, headed(失败原因=word)))
    assert verdicts(result) == ["paid", "failed", "paid"]
    messages = list(result.result_rows.order_by("row").values_list("message", flat=True))
    assert messages == ["", "账户已销户", ""]


def test_a_list_of_failures_keeps_the_remarks_as_reasons(file):
    rows = [[row[0], row[1], row[2], row[3], "卡已挂失"] for row in answers(file)[:1]]
    result = answered(file, answer_bytes(rows, (*PLAIN[:4], "备注")), covers="failures")
    only = result.result_rows.get()
    assert (only.verdict, only.message) == (BankResultRow.Verdict.FAILED, "卡已挂失")


def test_our_own_reference_among_the_remarks_is_no_reason(file):
    rows = answers(file, {2: ""})
    for row in rows:
        row[5] = f"{file.batch_id}-{file.sequence}-{row[0]}"
    result = answered(file, answer_bytes(rows, headed(失败原因="备注")))
    assert verdicts(result) == ["paid", "failed", "paid"]
    assert "-" not in result.result_rows.get(verdict="failed").message


def test_every_row_that_is_not_taken_says_what_to_do(file, cast, enter):
    taken = {BankResultRow.Verdict.PAID, BankResultRow.Verdict.FAILED}
    assert set(NOT_TAKEN) == set(BankResultRow.Verdict.values) - taken
    result = answered(file, answer_bytes(another_card(file)))
    shown = enter(cast.labour_officer).get(reverse("payroll:result", args=[result.pk])).content.decode()
    assert shown.count("请向银行核实钱进了哪个账号") == 1
