"""A bank's statement of an account: its columns with the words banks use, and its lines as plain facts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.rules.own_accounts import SHORTEST, account_mark, named_accounts
from accounts.rules.statements import Movement, is_out
from responsibilities.rules.identifiers import normalise_card
from sheets.bank_papers import bank_day, bank_money, best_table, says_nothing
from sheets.columns import Column
from sheets.headers import Header
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from sheets.values import Cell, as_text, lost_precision

NOTHING_FOUND = "没有在文件里找到银行流水的表头。表头要有交易日期，以及收入、支出金额（或金额加借贷方向）。请确认上传的是专户的交易明细。"
TOTALS = re.compile(r"^(合计|总计|小计|本页|借方合计|贷方合计|打印|制表|以下空白|期末余额|期初余额)")
ZERO = Decimal(0)


class On(Column):
    name, title, required = "on", "交易日期", True
    synonyms = ("日期", "记账日期", "入账日期", "交易时间", "记账时间", "发生日期", "业务日期", "交易日")
    never = ("对方",)


class Out(Column):
    name, title = "out", "支出金额"
    synonyms = (
        "借方发生额", "借方金额", "支出", "借方", "转出金额", "付款金额", "支取金额", "借方发生额(支取)", "支出（元）", "借方发生额（元）", "借方发生额/元(支取)",
    )  # fmt: skip
    patterns = (r".*(支出|借方|支取)(金额|发生额)?",)
    never = ("笔数", "合计", "累计")


class In(Column):
    name, title = "in", "收入金额"
    synonyms = (
        "贷方发生额", "贷方金额", "收入", "贷方", "转入金额", "收款金额", "存入金额", "贷方发生额(收入)", "收入（元）", "贷方发生额（元）", "贷方发生额/元(收入)",
    )  # fmt: skip
    patterns = (r".*(收入|贷方|存入)(金额|发生额)?",)
    never = ("笔数", "合计", "累计")


class Amount(Column):
    name, title = "amount", "交易金额"
    synonyms = ("金额", "发生额", "发生金额")
    never = ("余额",)


class Direction(Column):
    name, title = "direction", "借贷标志"
    synonyms = ("借贷方向", "收支方向", "收/支", "借/贷", "收支", "借贷", "交易方向", "往来标志", "收付标志", "方向")


class Balance(Column):
    name, title = "balance", "余额"
    synonyms = ("账户余额", "交易后余额", "本次余额", "当前余额", "帐户余额", "结余", "联机余额")
    never = ("可用", "期初")


class CounterpartyName(Column):
    name, title = "counterparty_name", "对方户名"
    synonyms = (
        "对方名称",
        "对方单位",
        "对方单位名称",
        "对方账户名称",
        "收付款人",
        "交易对手",
        "对手户名",
        "对方",
        "收(付)方名称",
        "交易对方名称",
    )


class CounterpartyAccount(Column):
    name, title = "counterparty_account", "对方账号"
    synonyms = (
        "对方账户",
        "对方帐号",
        "对方卡号",
        "对手账号",
        "交易对手账号",
        "收(付)方账号",
        "对方账号/卡号",
        "交易对方账号",
    )
    patterns = (
        r"(?:交易)?(?:对方|对手|收付款人|收付款方|收款人|收款方)(?:银行|账户)?(?:卡号?|账号|帐号|账户|帐户)(?:号码)?",
    )
    never = ("名称", "户名")


class Reference(Column):
    name, title = "reference", "流水号"
    synonyms = (
        "交易流水号",
        "银行流水号",
        "核心流水号",
        "回单编号",
        "回单号",
        "交易序号",
        "凭证号",
        "凭证号码",
        "业务编号",
        "账户明细编号-交易流水号",
    )


class Purpose(Column):
    name, title = "purpose", "摘要"
    synonyms = ("用途", "附言", "交易摘要", "备注", "交易附言", "用途/摘要", "摘要说明")


class Remark(Column):
    name, title = "remark", "用途"
    synonyms = ("附言", "备注", "交易附言", "个性化信息")


class OwnAccount(Column):
    name, title = "own_account", "本方账号"
    synonyms = ("账号", "帐号", "查询账号", "本账号", "账户")


COLUMNS = (
    On, Out, In, Amount, Direction, Balance, CounterpartyName, CounterpartyAccount, Reference, Purpose, Remark, OwnAccount,
)  # fmt: skip


@dataclass(slots=True)
class Statement:
    """What a file says: movements in its own order, rows that could not be read with why, and whose account it is."""

    sheet: str
    movements: list[Movement] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    own_accounts: set[str] = field(default_factory=set)


def read_statement(workbook: Workbook) -> Statement:
    """The movements of the sheet with the best header. Raises Refusal `no_header`."""
    found = best_table(workbook, COLUMNS, _usable)
    if found is None:
        raise Refusal("no_header", NOTHING_FOUND)
    sheet, header = found
    statement = Statement(sheet.name)
    statement.own_accounts |= named_accounts(_lines_above(sheet, header))
    signed = _has_negatives(sheet, header)
    for number, cells in sheet.rows(header.first_data_row):
        _take(statement, number, cells, header.mapping, signed)
    return statement


def _lines_above(sheet: Sheet, header: Header) -> list[str]:
    """What stands above the header, a line a row; numbers that a spreadsheet cut are left out."""
    first = header.rows[0] if header.rows else header.first_data_row
    return [
        " ".join("" if cell is None or lost_precision(cell) else as_text(cell).strip() for cell in cells)
        for cells in sheet.head(first - 1)
    ]


def _has_negatives(sheet: Sheet, header: Header) -> bool:
    """Whether the one amount column is signed: then what isn't negative came in."""
    at = header.mapping.get("amount")
    if at is None or "direction" in header.mapping:
        return False
    return any(
        (bank_money(as_text(cells[at - 1])) or ZERO) < 0
        for _number, cells in sheet.rows(header.first_data_row)
        if at <= len(cells) and cells[at - 1] is not None
    )


def _usable(header: Header) -> bool:
    found = set(header.mapping)
    return "on" in found and bool({"out", "in"} <= found or "amount" in found)


def _take(statement: Statement, number: int, cells: list[Cell], at: dict[str, int], signed: bool) -> None:
    def cell(name: str) -> Cell:
        position = at.get(name)
        return cells[position - 1] if position is not None and position <= len(cells) else None

    def text(name: str) -> str:
        return " ".join(as_text(cell(name)).split())

    if says_nothing(cells, TOTALS):
        return
    day = bank_day(cell("on"))
    out, amount = _amount_of(text, at, signed)
    if day is None or amount is None:
        if day is None and amount is None:
            return
        missing = "日期" if day is None else "金额或借贷方向"
        statement.problems.append((number, f"第 {number} 行的{missing}无法识别，没有导入。请核对后单独补录。"))
        return
    if amount == ZERO:
        return
    own = "" if lost_precision(cell("own_account")) else account_mark(normalise_card(text("own_account")))
    if "*" in own or len(own) >= SHORTEST:
        statement.own_accounts.add(own)
    purpose, remark = text("purpose"), text("remark")
    statement.movements.append(
        Movement(
            row=number,
            on=day,
            out=out,
            amount=amount,
            balance=bank_money(text("balance")),
            counterparty_name=text("counterparty_name")[:160],
            counterparty_account=_account(cell("counterparty_account")),
            reference=text("reference")[:80],
            purpose=" ".join(filter(None, dict.fromkeys((purpose, remark))))[:200],
        )
    )


def _amount_of(text: Callable[[str], str], at: dict[str, int], signed: bool) -> tuple[bool, Decimal | None]:
    """(whether it goes out, amount); a direction that can't be told makes the amount unknown."""
    paid, received = bank_money(text("out")) or ZERO, bank_money(text("in")) or ZERO
    if paid or received:
        if paid and received:
            return False, None
        # A negative figure in a column is a reversal: it goes the other way.
        return (paid > 0, abs(paid)) if paid else (received < 0, abs(received))
    if {"out", "in"} <= set(at) and "amount" not in at:
        return False, ZERO if text("out") or text("in") else None
    amount = bank_money(text("amount"))
    if amount is None:
        return False, None
    if signed:
        return amount < 0, abs(amount)
    said = is_out(text("direction"))
    if said is None:
        return False, None if amount else ZERO
    return said, abs(amount)


def _account(cell: Cell) -> str:
    """A counterparty's number; one that a spreadsheet cut is no number."""
    if cell is None or lost_precision(cell):
        return ""
    digits = normalise_card(as_text(cell))
    return digits if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 32 else ""
