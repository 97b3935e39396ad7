"""Headers of one to three rows as contractors write them, drawn at random together with what each column is.

What was drawn is the oracle: a column knows its field before any title is read.
"""

import random
from dataclasses import dataclass
from decimal import Decimal

from sheets.reader import Range, Sheet, Workbook
from tests.payroll.rules.people import card, id_number

ABOUT_PEOPLE = ("人员信息", "个人信息", "基本信息", "工人信息", "农民工信息")
ABOUT_WORK = ("出勤", "出勤情况", "考勤", "考勤情况", "10月份考勤", "本月出勤", "工作量", "出工情况")
ABOUT_PAY = (
    "工资",
    "工资（元）",
    "工资情况",
    "本月工资",
    "10月工资",
    "工资明细",
    "工资核算",
    "工资发放情况",
    "金额（元）",
    "工资结算",
)
OF_GROSS = ("应发工资", "应发项目", "应发部分", "应付工资", "应发工资（元）", "应发", "应发金额", "应发工资明细")
OF_DEDUCTIONS = (
    "扣款", "扣款项目", "应扣款项", "代扣款", "代扣代缴", "扣除部分", "应扣部分", "扣除项目", "扣款（元）", "应扣工资", "各项扣款", "扣款情况",
    "应扣款", "代扣款项", "扣款明细",
)  # fmt: skip
PARTS = (
    "基本工资",
    "加班工资",
    "加班费",
    "奖金",
    "补贴",
    "高温补贴",
    "计时工资",
    "计件工资",
    "岗位工资",
    "全勤奖",
    "津贴",
)
ITEMS = (
    "伙食费",
    "水电费",
    "个税",
    "社保",
    "罚款",
    "住宿费",
    "餐费",
    "养老保险",
    "医疗保险",
    "个人所得税",
    "公积金",
    "工会费",
    "其他扣款",
)
WHOLES = ("合计", "小计", "合 计", "总计")
TITLES = {
    "seq": ("序号", "编号"),
    "name": ("姓名", "姓 名", "工人姓名", "农民工姓名"),
    "id_number": ("身份证号", "身份证号码", "身份证"),
    "bank_card": (
        "银行卡号",
        "工资卡号",
        "银行账号",
        "卡号",
        "银行账号（开户行）",
        "开户行及账号",
        "农民工工资卡号/开户行",
        "银行卡号及开户行",
        "开户银行/卡号",
        "开户行、账号",
        "银行卡开户行及卡号",
        "开户行（卡号）",
        "开户行名称和银行账号",
        "收款账号及开户行",
    ),
    "trade": ("工种", "岗位"),
    "days": ("出勤天数", "实际出勤天数", "出勤", "工日"),
    "unit_price": ("日工资", "单价", "日单价", "工资标准"),
    "gross": ("应发工资", "应发合计", "应发金额", "应付工资", "应发工资（元）"),
    "deductions": ("扣款", "扣款合计", "应扣合计", "扣款金额", "应扣款", "代扣合计"),
    "advance": ("预支", "借支", "已预支", "预支工资", "借款"),
    "net_pay": ("实发工资", "实发金额", "实发", "实领工资", "实发工资（元）", "实付工资"),
    "signed": ("签名", "签字", "领款人签字", "本人签字"),
    "remark": ("备注",),
}
# A card as it stands in its cell, alone or with its bank; the digits are the same.
CARD_CELLS = (
    "{}",
    "{}",
    "{}　甘肃银行",
    "甘肃银行 {}",
    "{}（农业银行张掖分行）",
    "工商银行/{}",
    "卡号：{}，开户行：兰州银行甘州支行",
    "邮储\n{}",
)
FIELDS = ("days", "unit_price", "gross", "deductions", "advance", "net_pay")


@dataclass(frozen=True)
class Leaf:
    """A column: its titles, top down, and what stands in it: a field, `item` (taken off), `part` (of the gross), `other`."""

    path: tuple[str, ...]
    what: str


@dataclass
class Drawn:
    """A sheet and the truth of it: one row per person, columns by field (1-based)."""

    workbook: Workbook
    columns: dict[str, int]
    people: list[dict]
    leaves: list[Leaf]
    rows: list[list]
    merged: list[Range]
    data_row: int
    computable: bool

    def spoilt(self, index: int, by: float) -> Workbook:
        """The same sheet with the net pay of one person changed."""
        rows = [list(row) for row in self.rows]
        rows[self.data_row - 1 + index][self.columns["net_pay"] - 1] += by
        return Workbook("xlsx", [Sheet.of(rows, merged=self.merged)])


def drawn(pick: random.Random) -> Drawn:
    """One sheet."""
    leaves = _columns(pick)
    cell = pick.choice(CARD_CELLS)
    people = [_person(pick, leaves, n, cell) for n in range(1, pick.randint(4, 8))]
    head, merged = _head(pick, [leaf.path for leaf in leaves])
    above = []
    if pick.random() < 0.5:
        above = [["某项目农民工工资表", *[None] * (len(leaves) - 1)]]
        merged = [Range(area.top + 1, area.left, area.bottom + 1, area.right) for area in merged]
        if pick.random() < 0.7:
            merged.append(Range(1, 1, 1, len(leaves)))
    rows = [*above, *head, *([one["cells"][at] for at in range(len(leaves))] for one in people)]
    columns = {leaf.what: at for at, leaf in enumerate(leaves, 1) if leaf.what in FIELDS}
    taken = {leaf.what for leaf in leaves} & {"deductions", "item", "advance"}
    return Drawn(
        Workbook("xlsx", [Sheet.of(rows, merged=merged)]),
        columns, people, leaves, rows, merged, len(above) + len(head) + 1,
        "gross" in columns and bool(taken),
    )  # fmt: skip


def _columns(pick: random.Random) -> list[Leaf]:
    work = _about_work(pick)
    leaves = [*_about_people(pick), *work, *_about_pay(pick, bool(work))]
    if pick.random() < 0.5:
        leaves.append(Leaf((_title(pick, "signed"),), "other"))
    if pick.random() < 0.3:
        leaves.append(Leaf(("备注",), "other"))
    return leaves


def _title(pick: random.Random, what: str) -> str:
    return pick.choice(TITLES[what])


def _about_people(pick: random.Random) -> list[Leaf]:
    whats = ["name", "id_number"]
    if pick.random() < 0.7:
        whats.insert(pick.randint(1, 2), "bank_card")
    if pick.random() < 0.4:
        whats.append("trade")
    group = (pick.choice(ABOUT_PEOPLE),) if pick.random() < 0.3 else ()
    leaves = [Leaf((*group, _title(pick, what)), what) for what in whats]
    return [Leaf((_title(pick, "seq"),), "seq"), *leaves] if pick.random() < 0.8 else leaves


def _about_work(pick: random.Random) -> list[Leaf]:
    kind = pick.choice(("none", "alone", "alone", "group", "group", "shifts"))
    if kind == "none":
        return []
    if kind == "alone":
        leaves = [Leaf((_title(pick, "days"),), "days")]
    elif kind == "group":
        group = pick.choice(ABOUT_WORK)
        leaves = [Leaf((group, pick.choice(("天数", "出勤天数", "天数"))), "days")]
        if pick.random() < 0.5:
            leaves.append(Leaf((group, pick.choice(("加班天数", "加班工时", "缺勤天数", "请假天数"))), "other"))
    else:
        group = pick.choice(ABOUT_WORK)
        leaves = [Leaf((group, title), "other") for title in pick.choice((("白班", "夜班"), ("正常", "加班")))]
        leaves.append(Leaf((group, pick.choice(WHOLES)), "days"))
    if pick.random() < 0.5:
        leaves.append(Leaf((_title(pick, "unit_price"),), "unit_price"))
    return leaves


def _about_pay(pick: random.Random, worked: bool) -> list[Leaf]:
    under = (pick.choice(ABOUT_PAY),) if pick.random() < 0.5 else ()
    leaves = [*_gross(pick, under, worked), *_taken(pick, under)]
    net = _title(pick, "net_pay")
    if pick.random() < 0.15:
        return [*leaves, Leaf((*under, net, "金额"), "net_pay"), Leaf((*under, net, "签字"), "other")]
    if under and pick.random() < 0.4:
        net = "实发"
    leaves.append(Leaf((*under, net), "net_pay"))
    return leaves


def _gross(pick: random.Random, under: tuple[str, ...], worked: bool) -> list[Leaf]:
    if pick.random() < 0.15 and not worked:
        group = pick.choice(OF_GROSS)
        titles = (("天数", "days"), ("单价", "unit_price"), (pick.choice(("金额", *WHOLES)), "gross"))
        return [Leaf((*under, group, title), what) for title, what in titles]
    if pick.random() < 0.55:
        return [Leaf((*under, "应发" if under and pick.random() < 0.5 else _title(pick, "gross")), "gross")]
    group = pick.choice(OF_GROSS)
    parts = [Leaf((*under, group, title), "part") for title in pick.sample(PARTS, pick.randint(1, 3))]
    return [*parts, Leaf((*under, group, pick.choice(WHOLES)), "gross")]


def _taken(pick: random.Random, under: tuple[str, ...]) -> list[Leaf]:
    """Nothing, a total, single ones, or a group of single ones with or without a total; an advance beside or within."""
    kind = pick.choice(("none", "total", "items", "group", "group", "whole", "whole"))
    leaves: list[Leaf] = []
    items = pick.sample(ITEMS, pick.randint(1, 3))
    advance = pick.choice(("none", "none", "before", "after", "within"))
    if kind == "total":
        leaves = [Leaf((*under, "扣款" if under and pick.random() < 0.5 else _title(pick, "deductions")), "deductions")]
    elif kind == "items":
        leaves = [Leaf((*under, title), "item") for title in items]
    elif kind in ("group", "whole"):
        group = pick.choice(OF_DEDUCTIONS)
        leaves = [Leaf((*under, group, title), "item") for title in items]
        if advance == "within":
            leaves.insert(pick.randint(0, len(leaves)), Leaf((*under, group, _title(pick, "advance")), "advance"))
        if kind == "whole":
            leaves.append(Leaf((*under, group, pick.choice(WHOLES)), "deductions"))
    alone = Leaf((*under, _title(pick, "advance")), "advance")
    if advance == "before":
        return [alone, *leaves]
    return [*leaves, alone] if advance == "after" else leaves


def _person(pick: random.Random, leaves: list[Leaf], n: int, cell: str) -> dict:
    days = Decimal(pick.randint(2, 61)) / 2
    price = Decimal(pick.randint(180, 400))
    amounts = {at: Decimal(pick.randint(0, 60_000)) / 100 for at, leaf in enumerate(leaves) if leaf.what == "item"}
    whats = {leaf.what: at for at, leaf in enumerate(leaves)}
    total = sum(amounts.values(), Decimal(0))
    if "deductions" in whats and not amounts:
        total = Decimal(pick.randint(0, 90_000)) / 100
    advance = Decimal(pick.randint(0, 20) * 50) if "advance" in whats else Decimal(0)
    gross = days * price + pick.randint(2000, 4000)
    net = gross - total - advance
    cells: dict[int, object] = {}
    parts = [at for at, leaf in enumerate(leaves) if leaf.what == "part"]
    others = [at for at, leaf in enumerate(leaves) if leaf.what == "other"]
    first = gross
    for at in parts[1:]:
        cells[at] = float(pick.randint(0, 500))
        first -= Decimal(cells[at])
    if parts:
        cells[parts[0]] = float(first)
    for at in others:
        title = leaves[at].path[-1]
        if title in ("白班", "正常"):
            cells[at] = float(days // 2)
        elif title in ("夜班", "加班"):
            cells[at] = float(days - days // 2)
        else:
            cells[at] = float(pick.randint(0, 5)) if title.endswith(("天数", "工时")) else None
    cells |= {at: float(amount) for at, amount in amounts.items()}
    # A total in a group holds the advance that stands within it.
    within = "advance" in whats and _group_of(leaves, "advance") == _group_of(leaves, "deductions") != ()
    facts = {
        "seq": float(n), "name": "王伟", "id_number": id_number(n), "bank_card": cell.format(card(n)), "trade": "木工",
        "days": float(days), "unit_price": float(price), "gross": float(gross),
        "deductions": float(total + advance if within else total), "advance": float(advance), "net_pay": float(net),
    }  # fmt: skip
    for what, at in whats.items():
        if what in facts:
            cells[at] = facts[what]
    truth = {
        "bank_card": card(n) if "bank_card" in whats else None,
        "days": days,
        "unit_price": price,
        "gross": gross,
        "deductions": total,
        "advance": advance,
        "net_pay": net,
    }
    return {"id_number": id_number(n), "cells": cells, **truth}


def _group_of(leaves: list[Leaf], what: str) -> tuple[str, ...]:
    """The titles above a field where it stands in a group of what is taken off."""
    above = next((leaf.path[:-1] for leaf in leaves if leaf.what == what), ())
    return above if above and above[-1] in OF_DEDUCTIONS else ()


def _head(pick: random.Random, paths: list[tuple[str, ...]]) -> tuple[list[list], list[Range]]:
    """The rows of titles: groups merged, or (as csv has them) followed by blanks; a title alone over the whole depth,
    in the first or, where groups are merged, in the last row."""
    depth = max(map(len, paths))
    merges = pick.random() < 0.75
    alone = pick.choice(("merged", "top", "bottom")) if merges else "top"
    rows: list[list] = [[None] * len(paths) for _row in range(depth)]
    merged = []
    for at, path in enumerate(paths):
        *groups, leaf = path
        for level, group in enumerate(groups):
            if at == 0 or paths[at - 1][: level + 1] != path[: level + 1] or len(paths[at - 1]) <= level + 1:
                rows[level][at] = group
                last = at
                while (
                    last + 1 < len(paths)
                    and paths[last + 1][: level + 1] == path[: level + 1]
                    and len(paths[last + 1]) > level + 1
                ):
                    last += 1
                if merges and last > at:
                    merged.append(Range(level + 1, at + 1, level + 1, last + 1))
        place = depth - 1 if alone == "bottom" else len(groups)
        rows[place][at] = leaf
        if alone == "merged" and len(groups) < depth - 1:
            merged.append(Range(len(groups) + 1, at + 1, depth, at + 1))
    return rows, merged
