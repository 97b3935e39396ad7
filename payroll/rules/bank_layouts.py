"""The pay-out files of banks, declared: which columns, in which order, how an amount and a text are written.

A layout is data. `cells_of` turns payments into rows of texts and amounts, whatever the file's type; writing bytes is
the services' business. Public templates change without notice: each layout says where it was seen and how sure that
is, and a bank's own template always goes before ours.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

# What may stand in a name or a bank's name. Anything else could be a separator or a formula to the bank's program.
PLAIN = re.compile(r"[\w·•．()（） ]+")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as any bank may ask for it; amounts in yuan, two places."""

    seq: int
    name: str
    card: str
    amount: Decimal
    bank_name: str = ""
    id_number: str = ""
    phone: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """The special account the money comes from, and what the worker's statement shows (附言)."""

    account: str
    account_name: str
    bank_name: str
    purpose: str
    day: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One column. `takes` names a field of Payment or Payer, or one of `currency same_bank other_bank`; `constant` wins.

    `width` is in bytes of the layout's encoding and only for fixed-width files: texts are filled with blanks on the
    right, amounts on the left.
    """

    title: str
    takes: str = ""
    constant: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """One bank's file. `reach` says whose cards it takes: `own` the bank's own, `other` all others, `any` both."""

    code: str
    bank: str
    title: str
    kind: str  # xlsx, csv, txt (separated) or fixed (fixed width)
    cells: tuple[Cell, ...]
    bank_words: tuple[str, ...] = ()
    reach: str = "any"
    above: tuple[str, ...] = ()
    header: bool = True
    separator: str = ","
    encoding: str = "utf-8-sig"
    unit: str = "元"
    summary: str = ""  # "", "first" or "last": a row of count and sum
    most_rows: int = 5000
    source: str = ""

    @property
    def extension(self) -> str:
        return "txt" if self.kind in ("txt", "fixed") else self.kind

    @property
    def needs(self) -> frozenset[str]:
        """The fields it takes, so that only those are unsealed."""
        return frozenset(cell.takes for cell in self.cells if not cell.constant)

    def is_own(self, bank_name: str) -> bool:
        """Whether a card's bank, as written, is this layout's bank."""
        return any(word in bank_name for word in self.bank_words)


ICBC = ("工商银行", "工行")
CCB = ("建设银行", "建行")
ABC = ("农业银行", "农行")
BOC = ("中国银行", "中行")
CMB = ("招商银行", "招行")
BOCOM = ("交通银行", "交行")
HXB = ("华夏银行",)
SEEN = "据公开流传的企业网银模板整理，银行改版时以网银内下载的模板为准。"
OURS = "本系统的通用格式，使用前请与开户银行约定。"

LAYOUTS: dict[str, Layout] = {
    layout.code: layout
    for layout in (
        Layout(
            "generic",
            "通用",
            "通用 Excel",
            "xlsx",
            (
                Cell("序号", "seq"),
                Cell("收款人姓名", "name"),
                Cell("收款账号", "card"),
                Cell("开户银行", "bank_name"),
                Cell("金额（元）", "amount"),
                Cell("附言", "purpose"),
                Cell("业务编号", "reference"),
            ),
            summary="last",
            source=OURS,
        ),
        Layout(
            "generic_csv",
            "通用",
            "通用 CSV",
            "csv",
            (
                Cell("序号", "seq"),
                Cell("收款账号", "card"),
                Cell("收款人姓名", "name"),
                Cell("金额", "amount"),
                Cell("附言", "purpose"),
                Cell("业务编号", "reference"),
            ),
            encoding="gb18030",
            source=OURS,
        ),
        Layout(
            "generic_txt",
            "通用",
            "通用文本（竖线分隔，金额以分计，首行汇总）",
            "txt",
            (
                Cell("序号", "seq"),
                Cell("收款账号", "card"),
                Cell("收款人姓名", "name"),
                Cell("金额（分）", "amount"),
                Cell("附言", "purpose"),
                Cell("业务编号", "reference"),
            ),
            header=False,
            separator="|",
            encoding="gb18030",
            unit="分",
            summary="first",
            most_rows=10_000,
            source=OURS,
        ),
        Layout(
            "icbc",
            "工商银行",
            "工行 批量支付（企业财务室）",
            "xlsx",
            (
                Cell("币种", constant="RMB"),
                Cell("日期", "day"),
                Cell("明细标志"),
                Cell("顺序号", "seq"),
                Cell("付款账号开户行", "payer_bank"),
                Cell("付款账号/卡号", "payer_account"),
                Cell("付款账号名称/卡名称", "payer_name"),
                Cell("收款账号开户行", "bank_name"),
                Cell("收款账号省份"),
                Cell("收款账号地市"),
                Cell("收款账号地区码"),
                Cell("收款账号", "card"),
                Cell("收款账号名称", "name"),
                Cell("金额", "amount"),
                Cell("汇款用途", constant="工资"),
                Cell("备注信息", "purpose"),
                Cell("汇款方式", constant="1"),
                Cell("收款账户短信通知手机号码"),
                Cell("自定义序号", "reference"),
            ),
            bank_words=ICBC,
            most_rows=3000,
            source=SEEN,
        ),
        Layout(
            "ccb",
            "建设银行",
            "建行 代发（含跨行）",
            "xlsx",
            (
                Cell("序号", "seq"),
                Cell("账号", "card"),
                Cell("户名", "name"),
                Cell("金额", "amount"),
                Cell("跨行标识", "other_bank"),
                Cell("行名", "other_bank_name"),
                Cell("联行行号"),
                Cell("摘要", "purpose"),
                Cell("备注", "reference"),
            ),
            bank_words=CCB,
            source=SEEN,
        ),
        Layout(
            "abc",
            "农业银行",
            "农行 代发（本行卡）",
            "xlsx",
            (
                Cell("编号", "seq"),
                Cell("收款方账号", "card"),
                Cell("收款方户名", "name"),
                Cell("金额", "amount"),
                Cell("备注（附言）", "purpose"),
            ),
            bank_words=ABC,
            reach="own",
            above=("代发工资",),
            source=SEEN,
        ),
        Layout(
            "abc_other",
            "农业银行",
            "农行 跨行进卡",
            "xlsx",
            (
                Cell("编号", "seq"),
                Cell("收款方账号", "card"),
                Cell("收款方户名", "name"),
                Cell("金额", "amount"),
                Cell("是否农行账户", constant="否"),
                Cell("开户行支行名称", "bank_name"),
                Cell("用途（附言）", "purpose"),
            ),
            bank_words=ABC,
            reach="other",
            above=("跨行进卡",),
            source=SEEN,
        ),
        Layout(
            "abc_fixed",
            "农业银行",
            "农行 银企通定长文本（本行卡）",
            "fixed",
            (
                Cell("姓名", "name", width=60),
                Cell("账号", "card", width=30),
                Cell("金额", "amount", width=18),
                Cell("备注", "reference", width=30),
            ),
            bank_words=ABC,
            reach="own",
            header=False,
            encoding="gb18030",
            most_rows=10_000,
            source="据公开的银企直联接入程序整理，使用前请与农行核对。",
        ),
        Layout(
            "boc",
            "中国银行",
            "中行 混发",
            "xlsx",
            (
                Cell("户名", "name"),
                Cell("账号", "card"),
                Cell("金额", "amount"),
                Cell("用途", constant="工资"),
                Cell("附言", "purpose"),
            ),
            bank_words=BOC,
            source=SEEN,
        ),
        Layout(
            "cmb",
            "招商银行",
            "招行 混发",
            "xlsx",
            (
                Cell("账号", "card"),
                Cell("户名", "name"),
                Cell("金额", "amount"),
                Cell("开户行", "bank_name"),
                Cell("开户地"),
                Cell("汇款备注", "purpose"),
            ),
            bank_words=CMB,
            above=("代发工资明细", "填写说明：", "1. 账号、户名、金额必填。", "2. 他行账户须填开户行。", ""),
            source=SEEN,
        ),
        Layout(
            "bocom",
            "交通银行",
            "交行 混发（无表头）",
            "xlsx",
            (
                Cell("账号", "card"),
                Cell("户名", "name"),
                Cell("金额", "amount"),
                Cell("D"),
                Cell("E"),
                Cell("备注", "purpose"),
            ),
            bank_words=BOCOM,
            header=False,
            source=SEEN,
        ),
        Layout(
            "hxb",
            "华夏银行",
            "华夏 批量转账",
            "xlsx",
            (
                Cell("收款方账号", "card"),
                Cell("收款方户名", "name"),
                Cell("金额", "amount"),
                Cell("转账方式", "other_bank"),
                Cell("行别信息类型"),
                Cell("收款方银行名称", "other_bank_name"),
                Cell("收款方银行大额支付行号/跨行清算行号"),
                Cell("用途", constant="工资"),
                Cell("明细标注", "reference"),
            ),
            bank_words=HXB,
            source=SEEN,
        ),
        Layout(
            "platform",
            "代发平台",
            "代发平台（带身份证号和手机号）",
            "xlsx",
            (
                Cell("姓名", "name"),
                Cell("身份证号", "id_number"),
                Cell("银行卡号", "card"),
                Cell("手机号", "phone"),
                Cell("支付金额", "amount"),
            ),
            most_rows=1000,
            source=SEEN,
        ),
    )
}


def fits(layout: Layout, bank_name: str) -> bool:
    """Whether a card of this bank can be paid through the layout; an unwritten bank is nobody's own."""
    if layout.reach == "any":
        return True
    return layout.is_own(bank_name) == (layout.reach == "own") and bool(bank_name)


def is_plain(text: str) -> bool:
    """Whether a name can stand in any bank's file without being taken for something else."""
    return bool(PLAIN.fullmatch(text)) and len(text) <= LONGEST_NAME


def amount_text(amount: Decimal, unit: str) -> str:
    """1234.50 yuan as `1234.50`, or as `123450` fen. Exact: an amount has two places."""
    if unit == "分":
        return str(int(amount * 100))
    return f"{amount:.2f}"


def cells_of(layout: Layout, payments: Iterable[Payment], payer: Payer) -> Iterator[list[str | Decimal]]:
    """The rows of a file without header and summary: texts, and amounts as Decimal where the file holds numbers."""
    for payment in payments:
        yield [_value(layout, cell, payment, payer) for cell in layout.cells]


def summary_of(layout: Layout, rows: int, total: Decimal) -> list[str | Decimal]:
    """The row of count and sum as the layout writes it."""
    if layout.kind == "xlsx":
        found: list[str | Decimal] = ["合计", *[""] * (len(layout.cells) - 1)]
        found[[cell.takes for cell in layout.cells].index("amount")] = total
        found[1] = f"{rows} 笔"
        return found
    return [str(rows), amount_text(total, layout.unit)]


def fixed_line(layout: Layout, values: Sequence[str | Decimal]) -> bytes:
    """One line of a fixed-width file. Raises ValueError where a text is longer than its place."""
    parts = []
    for cell, value in zip(layout.cells, values, strict=True):
        data = str(value).encode(layout.encoding)
        if len(data) > cell.width:
            raise ValueError(f"{cell.title}: {len(data)} > {cell.width}")
        parts.append(data.rjust(cell.width) if cell.takes == "amount" else data.ljust(cell.width))
    return b"".join(parts)


def _value(layout: Layout, cell: Cell, payment: Payment, payer: Payer) -> str | Decimal:
    if cell.constant or not cell.takes:
        return cell.constant
    if cell.takes == "amount":
        return payment.amount if layout.kind == "xlsx" else amount_text(payment.amount, layout.unit)
    own = layout.is_own(payment.bank_name)
    special = {
        "other_bank": "0" if own else "1",
        "other_bank_name": "" if own else payment.bank_name,
        "payer_bank": payer.bank_name,
        "payer_account": payer.account,
        "payer_name": payer.account_name,
        "purpose": payer.purpose,
        "day": payer.day,
    }
    if cell.takes in special:
        return special[cell.takes]
    return str(getattr(payment, cell.takes))
