"""When a batch may be paid, why a line isn't in a pay-out file, in words, and how a batch's paying stands."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

# Code → (what is wrong, what to do). Order: the first that applies is said.
HOLDS: dict[str, tuple[str, str]] = {
    "exception": ("已登记为暂不能发放", "情形消除后，在该行解除登记。"),
    "contest": ("工人对本月工资有异议，尚未处理", "先答复异议，再生成代发文件。"),
    "card_contested": (
        "工人说卡不是本人的，单位已采纳，卡还没有更换",
        "请工人提供本人的银行卡，更换后再发放。",
    ),
    "settled": (
        "退场结算已付清，不再随批发放",
        "核对结算是否已包含本月工资：已包含的，登记为暂不能发放；不含的，写明理由后仍可发放。",
    ),
    "card_denied": ("工人说更换的卡不是本人的", "核实后更换为工人本人的银行卡；本人认错的，请本人重新打开链接核对。"),
    "card_unconfirmed": (
        "更换的工资卡还没有经工人本人核对",
        "请本人扫工资条或工地的二维码，核对卡号后四位；联系不上的，补交证明材料，逾期后可以发放。",
    ),
    "card_refused": (
        "银行因卡号或户名退回，卡还没有更换",
        "更换为工人本人的银行卡；经核实原卡无误的，在该行写明理由后再发放。",
    ),
    "no_card": ("没有登记工资卡", "登记工人本人的银行卡后再发放，不得发放现金。"),
    "not_own_card": ("工资卡不是工人本人的", "更换为工人本人的银行卡。"),
    "shared_card": ("同一张卡登记在多名工人名下", "核实后更换为工人本人的银行卡。"),
    "amount": ("实发金额不大于 0", "无须发放；如有错误，请更正工资表。"),
    "name": ("姓名含有银行文件不能使用的字符", "更正姓名后再发放。"),
    "wrong_bank": ("工资卡的开户行不适用于所选版式", "换用另一版式，或补登开户行。"),
}


def payable_from(until_on: datetime.date) -> datetime.date:
    """The first day on which a noticed batch may be paid: the notice hangs through its last day."""
    return until_on + datetime.timedelta(days=1)


def hold_words(code: str) -> tuple[str, str]:
    """What holds a line back and what to do about it."""
    return HOLDS.get(code, ("暂不能发放", "请核对该行。"))


class CardWord(NamedTuple):
    """What is known of a line's replaced card: the worker's word, since when he is asked, whether a paper is behind it."""

    state: str
    asked_on: datetime.date
    has_paper: bool


def card_hold(word: CardWord | None, *, waits: bool, days: int, today: datetime.date) -> str:
    """Why a replaced card holds its line back, empty where it doesn't.

    A worker's "not mine" always does. Silence does where the 人社局 lets it (`waits`), at most `days` days once a paper
    is behind the change: nobody stays unpaid because he can't be reached. Basis: 724 art 31 (本人银行账户).
    """
    if word is None or word.state in ("", "confirmed", "replaced"):
        return ""
    if word.state == "denied":
        return "card_denied"
    over = word.has_paper and today > word.asked_on + datetime.timedelta(days=days)
    return "card_unconfirmed" if waits and not over else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a batch is paid: lines and yuan. `settled` is: nothing left but recorded exceptions."""

    lines: int
    net: Decimal
    paid: int
    paid_net: Decimal
    pending: int
    pending_net: Decimal
    failed: int
    excepted: int

    @property
    def left(self) -> int:
        """Lines neither paid nor under way."""
        return self.lines - self.paid - self.pending

    @property
    def left_net(self) -> Decimal:
        return self.net - self.paid_net - self.pending_net

    @property
    def settled(self) -> bool:
        """Every line is paid or recorded as an exception: the batch is finished (724 art 31)."""
        return self.lines > 0 and self.pending == 0 and self.paid + self.excepted >= self.lines

    @property
    def words(self) -> str:
        """已发 115 / 117."""
        return f"已发 {self.paid} / {self.lines}"
