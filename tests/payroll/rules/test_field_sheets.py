"""Sheets as contractors really have them: each phenomenon with what must be read, and a control beside it that
looks alike and must not be taken the same way."""

from dataclasses import dataclass, field

import pytest

from sheets.reader import Range
from sheets.values import ErrorValue
from tests.payroll.rules.field import T, codes, got, p, paid, read, whys
from tests.payroll.rules.people import card, id_number

W = ErrorValue("formula")


@dataclass
class Case:
    """Rows, and who must be read; `ignored` rows with why, `codes` of all remarks."""

    rows: list
    people: list
    ignored: dict = field(default_factory=dict)
    codes: list = field(default_factory=list)
    about: dict = field(default_factory=dict)


N = len(T)
HEADERS = {
    "header in row 1": Case([T, p(1), p(2)], paid(1, 2)),
    "header below a title, a unit line and a blank": Case(
        [["10月工资表"], ["单位：甲公司", None, "2025年10月"], [], T, p(1)],
        paid(1),
        about={"merged": [Range(1, 1, 1, N)]},
    ),
    "header in row 20": Case([["说明"]] * 19 + [T, p(1)], paid(1)),
    "titles with inner blanks, breaks, asterisks, brackets": Case(
        [
            ["序 号", "*姓　名", "身份证\n号码", "银行卡号（本人）", "应发工资\n（元）", "扣 款：", "＊实发工资（元）"],
            p(1),
        ],
        paid(1),
    ),
    "two rows of header merged downward": Case(
        [
            ["序号", "姓名", "身份证号", "银行卡号", "工资", None, None],
            [None, None, None, None, "应发工资", "扣款", "实发工资"],
            p(1),
        ],
        paid(1),
        about={"merged": [Range(1, c, 2, c) for c in range(1, 5)] + [Range(1, 5, 1, 7)]},
    ),
    "three rows of header": Case(
        [
            ["序号", "姓名", "身份证号", "银行卡号", "工资", None, None],
            [None, None, None, None, "应发", None, "实发"],
            [None, None, None, None, "应发工资", "扣款", "实发工资"],
            p(1),
        ],
        paid(1),
        about={"merged": [Range(1, c, 3, c) for c in range(1, 5)] + [Range(1, 5, 1, 7), Range(2, 5, 2, 6)]},
    ),
    "a small table of other things above": Case(
        [["单位", "班组", "电话", "开户行"], ["甲公司", "木工班", "13900000000", "农行"], [], T, p(1)], paid(1)
    ),
    "two rows of header without merges": Case(
        [
            ["序号", "姓名", "身份证", "银行卡", "工资", None, "实发"],
            [None, None, "号码", "号码", "应发", "扣款", "金额"],
            p(1),
        ],
        paid(1),
    ),
    "machine codes above the Chinese titles": Case(
        [["seq", "name", "idCard", "bankCard", "grossPay", "deduct", "netPay"], T, p(1)], paid(1)
    ),
    "machine codes below the Chinese titles": Case(
        [T, ["seq", "name", "idCard", "bankCard", "grossPay", "deduct", "netPay"], p(1)], paid(1), {2: "header"}
    ),
    "a name in Latin letters is no machine code": Case([T, p(1, 姓名="John")], paid(1)),
    "column numbers below the titles": Case([T, [float(n) for n in range(1, N + 1)], p(1)], paid(1), {2: "header"}),
    "a formula hint below the titles": Case([T, ["①", "②", "③", "④", "⑤", "⑥", "⑦=⑤-⑥"], p(1)], paid(1), {2: "header"}),
    "instructions below the titles": Case(
        [T, ["自动", "必填", "必填，18位文本格式", "必填，文本格式", "数字", "选填", "必填，保留两位小数"], p(1)],
        paid(1),
        {2: "note"},
    ),
    "sample row marked in the number": Case([T, p(3, 序号="示例"), p(1)], paid(1), {2: "sample"}),
    "sample row marked in the name": Case([T, p(3, 姓名="张三（示例）"), p(1)], paid(1), {2: "sample"}),
    "例 in a name is no sample": Case([T, p(1, 姓名="李例")], paid(1)),
    "titles repeated on each printed page": Case([T, p(1), T, p(2)], paid(1, 2), {3: "header"}),
    "pay slips: titles before each person": Case(
        [T, p(1), [], T, p(2), [], T, p(3)], paid(1, 2, 3), {3: "empty", 4: "header", 6: "empty", 7: "header"}
    ),
    "pay slips with a line above each": Case(
        [T, p(1), ["10月工资条"], T, p(2)], paid(1, 2), {3: "title", 4: "header"}, about={"merged": [Range(3, 1, 3, N)]}
    ),
    "a list for the bank with the title 工资": Case(
        [["姓名", "身份证号", "农行卡号", "工资"], ["王伟", id_number(1), card(1), 5901.0]], paid(1)
    ),
    "two rows of marks per person": Case(
        [
            ["姓名", "身份证号", *[float(d) for d in range(1, 32)], "实发工资"],
            ["王伟", id_number(1), *["√"] * 31, 5901.0],
            [None, None, *["√"] * 31, None],
            ["李娜", id_number(2), *["√"] * 31, 5902.0],
            [None, None, *[4.0] * 31, None],
        ],
        paid(1, 2),
        {3: "note", 5: "empty"},
        about={"merged": [Range(r, c, r + 1, c) for r in (2, 4) for c in (1, 2, 34)]},
    ),
    "an attendance grid inside": Case(
        [
            ["序号", "姓名", "身份证号", *[float(d) for d in range(1, 32)], "出勤天数", "应发工资", "实发工资"],
            [1.0, "王伟", id_number(1), *["√"] * 20, *[None] * 11, 20.0, 5901.0, 5901.0],
        ],
        paid(1),
    ),
    "an attendance grid under a group title": Case(
        [
            ["序号", "姓名", "身份证号", "考勤", *[None] * 30, "出勤天数", "应发工资", "实发工资"],
            [None, None, None, *[float(d) for d in range(1, 32)], None, None, None],
            [1.0, "王伟", id_number(1), *[1.0] * 20, *[None] * 11, 20.0, 5901.0, 5901.0],
        ],
        paid(1),
        about={"merged": [Range(1, c, 2, c) for c in (1, 2, 3, 35, 36, 37)] + [Range(1, 4, 1, 34)]},
    ),
    "two columns of the same title": Case(
        [
            ["姓名", "身份证号", "加班", "小计", "加班", "小计", "应发工资", "实发工资"],
            ["王伟", id_number(1), 1.0, 2.0, 3.0, 4.0, 5901.0, 5901.0],
        ],
        paid(1),
    ),
}

TAIL = [["制表人：王伟", None, "审核：李娜", None, "日期："]]
ROWS = {
    "subtotal inside": Case(
        [T, p(1), [None, "小计", None, None, 6001.0, 100.0, 5901.0], p(2)], paid(1, 2), {3: "subtotal"}
    ),
    "total with an ideographic space": Case(
        [T, p(1), ["合　计", None, None, None, 6001.0, 100.0, 5901.0]], paid(1), {3: "total"}
    ),
    "total with a colon and blanks": Case(
        [T, p(1), ["合 计：", None, None, None, 6001.0, 100.0, 5901.0]], paid(1), {3: "total"}
    ),
    "total without a label": Case(
        [T, p(1), p(2), [None, None, None, None, 12003.0, 200.0, 11803.0]], paid(1, 2), {4: "total"}
    ),
    "total of formulas without results": Case(
        [T, p(1), [None, None, None, None, W, W, W]], paid(1), {3: "total"}, ["formula_without_value"]
    ),
    "an amount without a name is no total": Case(
        [T, p(1), [None, None, None, None, None, None, 77.0]],
        paid(1),
        {},
        ["id_missing", "card_missing", "name_missing"],
    ),
    "total that differs": Case(
        [T, p(1), ["合计", None, None, None, 6001.0, 100.0, 6901.0]], paid(1), {3: "total"}, ["total_mismatch"]
    ),
    "number of records": Case([T, p(1), ["记录数：1"]], paid(1), {3: "note"}),
    "number of heads": Case([T, p(1), [None, "人数：1人"]], paid(1), {3: "note"}),
    "number of heads in two cells": Case([T, p(1), ["人数", 1.0]], paid(1), {3: "note"}),
    "total labelled by a number of heads": Case(
        [T, p(1), p(2), [None, "2人", None, None, 12003.0, 200.0, 11803.0]], paid(1, 2), {4: "total"}
    ),
    "sums carried over pages": Case(
        [
            T,
            p(1),
            ["过次页", None, None, None, 6001.0, 100.0, 5901.0],
            ["承上页", None, None, None, 6001.0, 100.0, 5901.0],
            p(2),
        ],
        paid(1, 2),
        {3: "subtotal", 4: "subtotal"},
    ),
    "signatures in one row": Case([T, p(1), *TAIL], paid(1), {3: "signature"}),
    "a signature with a person's name in the name column": Case(
        [T, p(1), ["制表人", "王伟", None, "审核人", "李娜"]], paid(1), {3: "signature"}
    ),
    "a note below": Case([T, p(1), ["注：本表一式三份，班组、项目部、劳资专管员各执一份。"]], paid(1), {3: "note"}),
    "amount in words": Case(
        [T, p(1), ["合计（大写）：伍仟玖佰零壹元整", None, None, None, None, None, 5901.0]], paid(1), {3: "total"}
    ),
    "numbered rows without people": Case([T, p(1), [2.0], [3.0], [4.0]], paid(1), {3: "empty", 4: "empty", 5: "empty"}),
    "numbered rows whose formulas give nothing": Case(
        [T, p(1), [2.0, None, None, None, 0.0, 0.0, 0.0]], paid(1), {3: "empty"}
    ),
    "numbered rows with dashes": Case([T, p(1), [2.0, None, None, None, "-", "-", "-"]], paid(1), {3: "empty"}),
    "a person without pay is told": Case(
        [T, p(1), p(2, 应发工资=None, 扣款=None, 实发工资=None)], paid(1), {}, ["amount_invalid"]
    ),
    "hidden row": Case([T, p(1), p(2)], paid(1, 2), {}, ["hidden_row"], {"hidden_rows": frozenset({3})}),
    "crew as a row of its own": Case(
        [T, ["一班组（木工）"], p(1), ["二班组（钢筋工）"], p(2)], paid(1, 2), {2: "section", 4: "section"}
    ),
    "crew row in the name column": Case([T, [None, "钢筋班"], p(1)], paid(1), {2: "section"}),
    "crew row with its label": Case([T, ["班组：木工班"], p(1)], paid(1), {2: "section"}),
    "crew row merged over the sheet": Case(
        [T, ["木工班组"] + [None] * 6, p(1)], paid(1), {2: "section"}, about={"merged": [Range(2, 1, 2, N)]}
    ),
    "a worker called like a crew, with an ID": Case([T, p(1, 姓名="王班")], paid(1)),
    "a second table of the same people": Case(
        [
            T,
            p(1),
            p(2),
            [],
            ["领款签收表"],
            ["姓名", "实发工资", "签字"],
            ["李娜", 5901.0, None],
            ["张强", 5902.0, None],
        ],
        paid(1, 2),
        {4: "empty", 5: "title", 6: "second_table", 7: "second_table", 8: "second_table"},
        about={"merged": [Range(5, 1, 5, N)]},
    ),
    "a second table of other people, columns elsewhere": Case(
        [T, p(1), [], ["姓名", "银行卡号", "实发工资", "身份证号"], ["赵六", card(6), 5906.0, id_number(6)]],
        paid(1, 6),
        {3: "empty"},
    ),
}
CASES = HEADERS | ROWS


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_sheet_is_read_to_its_people_and_nobody_else(case):
    found = read(*case.rows, **case.about)
    assert got(found) == case.people
    assert whys(found) == case.ignored
    assert codes(found) == sorted(case.codes)
