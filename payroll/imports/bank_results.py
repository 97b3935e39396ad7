"""A bank's return file: its columns with the words banks use, and its rows as plain facts.

Nothing is matched here. A card that the bank shows with asterisks is known by its last four digits only.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from payroll.rules.bank_results import outcome_of, reason_among
from responsibilities.rules.identifiers import is_luhn_valid, normalise_card
from sheets.bank_papers import bank_day, bank_money, best_table, says_nothing
from sheets.columns import Column
from sheets.headers import Header
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from sheets.values import Cell, as_text, lost_precision

NOTHING_FOUND = (
    "没有在文件里找到银行回执的表头。表头至少要有账号（或序号）、金额和处理结果。请确认上传的是银行返回的代发结果。"
)
TOTALS = re.compile(r"^(合计|总计|小计|总笔数|总金额|成功笔数|失败笔数|制表|打印|以下空白)")
MASKED = re.compile(r"[*＊xX•]{2,}")
# What our pay-out files give as reference: batch, file and row.
OURS = re.compile(r"\d+-\d+-\d+")
# How many rows are looked at to tell a column of accounts, how long accounts are, and titles of other long numbers.
LOOKED_AT, CARD_DIGITS = 50, range(12, 24)
NO_CARDS = (
    "付款", "流水", "凭证", "回单", "批次", "编号", "序号", "订单", "交易", "时间", "日期", "证件", "身份", "电话", "手机", "联行", "行号",
)  # fmt: skip


class Reference(Column):
    name, title = "reference", "业务编号"
    synonyms = ("自定义序号", "客户业务编号", "业务参考号", "企业流水号", "客户流水号", "明细标注", "备注", "附言")


class Note(Column):
    name, title = "note", "摘要"
    synonyms = ("说明", "备注说明", "用途")
    # Where the reference doesn't stand in it.
    patterns = ("备注|附言",)


class Seq(Column):
    name, title = "seq", "序号"
    synonyms = ("顺序号", "编号", "明细序号", "笔号", "行号", "No", "NO.")
    never = ("业务", "流水", "自定义")


class Name(Column):
    name, title = "name", "户名"
    synonyms = (
        "收款人姓名", "收款人户名", "收款人名称", "收款方户名", "收款户名", "收款账号名称", "收款账户名称", "收款人", "姓名", "账户名称", "账户名",
        "客户姓名", "员工姓名", "对方户名", "收款方账户户名/钱包户名",
    )  # fmt: skip
    never = ("付款",)


class Card(Column):
    name, title = "card", "账号"
    synonyms = (
        "收款账号", "收款人账号", "收款方账号", "收款账户", "银行卡号", "卡号", "帐号", "收款帐号", "收款人帐号", "工资卡号", "账户", "银行账号", "对方账号",
        "收款账号/卡号", "收款方账号/钱包地址", "账号/卡号",
    )  # fmt: skip
    patterns = (
        r"(?:收款|对方|入账|转入|代发|工资|员工|职工|客户|个人|储蓄|银行)+(?:人|方|户|卡)?(?:银行|工资)?(?:卡号?|账号|帐号|账户|帐户|账户号)(?:号码)?",
    )
    never = ("付款", "名称", "户名", "开户")


class Amount(Column):
    name, title = "amount", "金额"
    synonyms = (
        "交易金额",
        "支付金额",
        "代发金额",
        "发放金额",
        "实发金额",
        "实发工资",
        "实发",
        "付款金额",
        "转账金额",
        "入账金额",
        "工资金额",
    )
    never = ("成功", "失败", "手续费", "总")


class AmountInFen(Column):
    name, title = "amount_fen", "金额（分）"
    synonyms = ("金额(分)", "交易金额(分)", "代发金额(分)")

    @classmethod
    def score(cls, path):
        # “金额” alone is yuan: only a title that says 分 is this column.
        return super().score(path) + 20 if path and "分)" in path[-1].replace("）", ")") else 0


class Status(Column):
    name, title = "status", "处理结果"
    synonyms = (
        "状态", "交易状态", "处理状态", "交易结果", "代发结果", "发放结果", "支付状态", "付款状态", "结果", "代发状态", "发放状态", "指令状态", "成功标志", "是否成功",
        "银行处理状态", "入账状态", "处理标志",
    )  # fmt: skip


class Reason(Column):
    name, title = "reason", "失败原因"
    synonyms = (
        "错误原因", "原因", "错误信息", "失败信息", "银行返回信息", "返回信息", "处理信息", "错误描述", "失败描述", "结果说明", "处理说明", "银行摘要", "退汇原因", "响应信息",
    )  # fmt: skip
    never = ("代码", "码")


class Code(Column):
    name, title = "code", "错误代码"
    synonyms = ("返回码", "错误码", "响应码", "银行返回码", "失败代码", "结果代码")


class On(Column):
    name, title = "on", "日期"
    synonyms = (
        "交易日期",
        "处理日期",
        "入账日期",
        "发放日期",
        "付款日期",
        "交易时间",
        "处理时间",
        "完成时间",
        "支付时间",
        "入账时间",
    )


class BankReference(Column):
    name, title = "bank_reference", "银行流水号"
    synonyms = ("流水号", "交易流水号", "银行流水", "交易流水", "回单号", "回单编号", "核心流水号", "凭证号")


COLUMNS = (Reference, Note, Seq, Name, Card, Amount, AmountInFen, Status, Reason, Code, On, BankReference)


@dataclass(slots=True)
class ResultRow:
    """One row as the bank wrote it; `card` in full or None, `last4` also where the bank masked it."""

    row: int
    reference: str
    seq: int | None
    name: str
    card: str | None
    last4: str
    amount: Decimal | None
    outcome: str
    code: str
    message: str
    bank_reference: str
    on: datetime.date | None
    note: str = ""


@dataclass(slots=True)
class Opened:
    """The sheet that holds the bank's answer, and where its columns stand."""

    sheet: Sheet
    header: Header


def open_result(workbook: Workbook) -> Opened:
    """The sheet with the best header. Raises Refusal `no_header` where none names a card or number and an amount."""
    found = best_table(workbook, COLUMNS, _usable)
    if found is None:
        raise Refusal("no_header", NOTHING_FOUND)
    sheet, header = found
    return Opened(sheet, _with_cards(sheet, header))


def rows_of(opened: Opened) -> Iterator[ResultRow]:
    """The rows below the header; blank ones and totals are left out, nothing is guessed."""
    at = opened.header.mapping
    told = bool({"status", "reason"} & set(at))
    for number, cells in opened.sheet.rows(opened.header.first_data_row):
        row = _row(number, cells, at, told)
        if row is not None:
            yield row


def _with_cards(sheet: Sheet, header: Header) -> Header:
    """The header with the column of account numbers, told by what stands in it where no title does.

    One column only, of numbers that differ from row to row, since the payer's own account stands in each, and most of
    which are cards by their check digit: numbers of orders and moments are as long.
    """
    if "card" in header.mapping:
        return header
    seen: dict[int, list[tuple[str | None, str]]] = {
        at: [] for at, title in header.unmapped.items() if not any(piece in title for piece in NO_CARDS)
    }
    for _number, cells in islice(sheet.rows(header.first_data_row), LOOKED_AT):
        for at, numbers in seen.items():
            if not says_nothing(cells, TOTALS) and at <= len(cells) and cells[at - 1] is not None:
                numbers.append(_card(cells[at - 1]))
    fits = [at for at, numbers in seen.items() if numbers and _are_cards(numbers)]
    return header.mapped(header.mapping | {"card": fits[0]}) if len(fits) == 1 else header


def _are_cards(numbers: list[tuple[str | None, str]]) -> bool:
    long = [number for number, last4 in numbers if last4 and (number is None or len(number) in CARD_DIGITS)]
    checked = [number is None or is_luhn_valid(number) for number in long]
    differ = len(numbers) == 1 or len(set(numbers)) > 1
    return len(long) * 10 >= len(numbers) * 9 and sum(checked) * 2 > len(checked) and differ


def _usable(header: Header) -> bool:
    found = set(header.mapping)
    return bool(found & {"card", "seq", "reference"}) and bool(found & {"amount", "amount_fen", "status", "reason"})


def _row(number: int, cells: list[Cell], at: dict[str, int], told: bool) -> ResultRow | None:
    def text(name: str) -> str:
        position = at.get(name)
        if position is None or position > len(cells):
            return ""
        return " ".join(as_text(cells[position - 1]).split())

    if says_nothing(cells, TOTALS):
        return None
    card_cell = cells[at["card"] - 1] if "card" in at and at["card"] <= len(cells) else None
    card, last4 = _card(card_cell)
    amount = bank_money(text("amount")) if "amount" in at else None
    if amount is None and "amount_fen" in at:
        fen = bank_money(text("amount_fen"))
        amount = fen / 100 if fen is not None else None
    seq = text("seq")
    status, reason = text("status"), text("reason")
    if card is None and not last4 and amount is None and not seq:
        return None
    outcome = outcome_of(status, reason) if told else "unclear"
    # In a column of remarks a bank gives back our reference, or says why it didn't pay where it has no better one.
    remarks = [text("reference"), text("note")]
    reference = next((one for one in remarks if OURS.fullmatch(one)), remarks[0])
    note = reason_among(one for one in remarks if not OURS.fullmatch(one))
    if outcome == "failed":
        reason = reason or note
    return ResultRow(
        row=number,
        reference=reference[:80],
        seq=int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 9 else None,
        name=text("name")[:60],
        card=card,
        last4=last4,
        amount=amount,
        outcome=outcome,
        code=text("code")[:40],
        message=(reason or (status if outcome != "paid" else ""))[:200],
        bank_reference=text("bank_reference")[:80],
        on=bank_day(cells[at["on"] - 1]) if "on" in at and at["on"] <= len(cells) else None,
        note=note[:200],
    )


def _card(cell: Cell) -> tuple[str | None, str]:
    """(number, last four). A number that a spreadsheet cut, or that the bank masked, is no number."""
    if cell is None:
        return None, ""
    if lost_precision(cell):
        return None, ""
    text = normalise_card(as_text(cell))
    if text.isascii() and text.isdigit() and len(text) >= 8:
        return text, text[-4:]
    if MASKED.search(text) and text[-4:].isdigit():
        return None, text[-4:]
    return None, ""
