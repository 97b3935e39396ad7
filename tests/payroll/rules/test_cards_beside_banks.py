"""One column for card and bank, under whatever title: the card is found, no digit of it changes, and where that isn't
sure a person is asked."""

import pytest

from payroll.imports.mapping import Layout, SheetLayout, propose
from payroll.imports.parse import parse
from payroll.rules.numbers import bank_beside, clean_card, is_unclear
from sheets.reader import Sheet, Workbook
from tests.payroll.rules.people import card, id_number

MONTH = "2026-10"
NAMES = ("王伟", "李娜", "张强", "刘洋", "马燕", "欧阳娜娜")
TOGETHER = (
    "银行账号（开户行）", "开户行及账号", "农民工工资卡号/开户行", "银行卡号及开户行", "开户银行/卡号", "开户行账号", "开户账号",
    "开户行名称/银行账号", "工资卡信息", "开户行", "其他",
)  # fmt: skip
CELLS = ("{}", "{}　甘肃银行", "甘肃银行 {}", "{}（甘肃银行）", "甘肃银行/{}", "开户行：甘肃银行，卡号：{}")


def book(title, cells, **more):
    """Six people; `more` are further columns by their titles."""
    head = ["序号", "姓名", "身份证号", title, *more, "应发工资", "扣款", "实发工资"]
    rows = [
        [float(n), name, id_number(n), cells[n - 1], *(column[n - 1] for column in more.values()), 6000.0 + n, 100.0, 5900.0 + n]
        for n, name in enumerate(NAMES, 1)
    ]  # fmt: skip
    return Workbook("xlsx", [Sheet.of([head, *rows])])


def cards(form="{}"):
    return [form.format(card(n * 7919)) for n in range(1, 7)]


def read(workbook):
    return parse(workbook, month=MONTH)


def said(found):
    return {remark.code for remark in (*found.errors, *found.warnings)}


@pytest.mark.parametrize("title", TOGETHER)
@pytest.mark.parametrize("form", CELLS)
def test_a_column_of_cards_is_found_whatever_its_title_says_of_the_bank(title, form):
    found = read(book(title, cards(form)))
    assert found.columns["bank_card"] == "D"
    assert [line.bank_card for line in found.lines] == cards()
    assert {line.bank_name for line in found.lines} == {"甘肃银行" if "甘肃" in form else ""}
    assert said(found) <= {"column_by_content"}
    assert propose(book(title, cards(form)), MONTH).doubts == []


def test_a_bank_in_a_column_of_its_own_stays_the_bank():
    found = read(book("开户行及账号", cards("{} 甘肃银行"), 开户银行=["兰州银行"] * 6))
    assert {line.bank_name for line in found.lines} == {"兰州银行"}


def test_banks_alone_are_no_cards_though_the_title_names_both():
    (doubt,) = propose(book("银行账号（开户行）", ["甘肃银行", "农业银行", "工商银行"] * 2), MONTH).doubts
    assert "内容却像银行名称" in doubt


@pytest.mark.parametrize("title", ["联行号", "付款账号"])
def test_numbers_of_payers_and_banks_are_nobodys_card(title):
    workbook = book(title, cards())
    assert "bank_card" not in read(workbook).columns
    assert propose(workbook, MONTH).doubts == []


@pytest.mark.parametrize(("title", "count"), [("发放方式", 3), ("单位账号", 6), ("公司代发卡号", 6)])
def test_cards_in_a_column_that_is_not_read_are_asked_about_and_remarked_on(title, count):
    cells = [*cards()[:count], "现金", "无卡", "待办"][:6]
    workbook = book(title, cells)
    (doubt,) = propose(workbook, MONTH).doubts
    assert f"D 列（{title}）的内容像银行卡号，没有读取" in doubt
    remarks = [remark for remark in read(workbook).warnings if remark.code == "column_ambiguous"]
    assert [remark.cell for remark in remarks] == ["D1"]
    # With a column of cards beside it, nothing is missing.
    other = book(title, cells, 银行卡号=cards())
    assert propose(other, MONTH).doubts == []


def test_a_blank_column_of_cards_does_not_hide_a_filled_one():
    workbook = book("发放方式", cards(), 银行卡号=[None] * 6)
    assert any("D 列" in doubt for doubt in propose(workbook, MONTH).doubts)


def test_numbers_without_a_check_digit_under_a_strange_title_are_asked_about():
    workbook = book("其他", [f"2704{n:011d}" for n in range(6)])
    assert propose(workbook, MONTH).doubts == ["D 列可能是银行卡号，请确认。"]
    assert propose(book("银行账号", [f"2704{n:011d}" for n in range(6)]), MONTH).doubts == []


def test_what_a_person_said_of_such_a_table_is_not_asked_again():
    workbook = book("发放方式", [*cards()[:3], "现金", "无卡", "待办"])
    sheet = propose(workbook, MONTH).sheets[0]
    again = propose(workbook, MONTH, {sheet.signature: sheet.mapping})
    assert again.doubts == []


def test_two_numbers_in_a_cell_are_told_and_none_is_chosen():
    both = f"{card(1)}、{card(2)}"
    assert is_unclear(both)
    assert not is_unclear(card(1))
    found = read(book("银行卡号", [both, *cards()[1:]]))
    assert [(remark.row, remark.code) for remark in found.errors] == [(2, "card_missing")]
    assert "有不止一个号码" in found.errors[0].message
    assert found.accepted == 5


@pytest.mark.parametrize(
    ("text", "number", "bank"),
    [
        ("6222021234567890128　甘肃银行", "6222021234567890128", "甘肃银行"),
        ("甘肃银行张掖分行：6222 0212 3456 7890 128", "6222021234567890128", "甘肃银行张掖分行"),
        ("卡号：6222021234567890128，开户行：农行甘州支行", "6222021234567890128", "农行甘州支行"),
        ("甘肃银行第2支行 6222021234567890128", "6222021234567890128", "甘肃银行第2支行"),
        ("6222021234567890128（本人）", "6222021234567890128", ""),
    ],
)
def test_card_and_bank_are_told_apart(text, number, bank):
    assert (clean_card(text), bank_beside(text)) == (number, bank)


@pytest.mark.parametrize("text", ["6222021234567890128/12", "****1234567890128", "6222021234567890128.5", "6.2E+17"])
def test_what_may_belong_to_the_number_is_never_taken_from_it(text):
    assert clean_card(text) == "".join(text.split())
    assert bank_beside(text) == ""


def test_a_card_in_the_column_of_banks_is_not_kept_in_the_open():
    cells = cards("甘肃银行 {}")
    letters = {"name": "B", "id_number": "C", "bank_name": "D", "gross": "E", "deductions": "F", "net_pay": "G"}
    layout = Layout((SheetLayout(book("开户行", cells).sheets[0].name, (1,), letters),))
    found = parse(book("开户行", cells), month=MONTH, layout=layout)
    assert [line.bank_name for line in found.lines] == ["甘肃银行"] * 6
    alone = parse(book("开户行", cards()), month=MONTH, layout=layout)
    assert [line.bank_name for line in alone.lines] == [""] * 6
    assert not any(number in remark.message for remark in alone.warnings for number in cards())
