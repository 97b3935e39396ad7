"""The banks' formats: columns, units, encodings, sums; nothing in them can be taken for a formula or a separator."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.rules.bank_files import Payer, Payment, amount_text, fits, is_plain
from payroll.rules.bank_layouts import LAYOUTS, layout_of_bank
from payroll.services.bank_files import bank_file_bytes
from responsibilities.rules.errors import Refused
from sheets.headers import find_header
from sheets.reader import read
from tests.factories.payroll import card_number, id_number

PAYER = Payer("6210000000000009999", "祁连建设农民工工资专用账户", "甘肃银行张掖分行", "2026年10月工资", "20261123")


def payments(count=3):
    return [
        Payment(
            seq=n,
            name=f"张{'一二三四五'[n % 5]}",
            card=card_number(n),
            amount=Decimal(1000 + n) + Decimal("0.05"),
            bank_name="农业银行张掖分行" if n % 2 else "建设银行甘州支行",
            id_number=id_number(n),
            phone=f"139{n:08d}",
            reference=f"7-1-{n}",
        )
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("bank", "code"),
    [
        ("中国建设银行股份有限公司张掖分行", "ccb"),
        ("工商银行张掖分行", "icbc"),
        ("甘肃银行股份有限公司张掖分行", "generic"),
        ("中国农业银行股份有限公司张掖分行", "generic"),
        ("", "generic"),
    ],
)
def test_a_banks_own_layout_comes_first_and_every_choice_is_a_workbook_that_takes_any_card(bank, code):
    found = layout_of_bank(bank)
    assert (found.code, found.kind, found.reach) == (code, "xlsx", "any")


def sheet_of(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data)).active


def written(code: str, rows=None) -> bytes:
    return bank_file_bytes(LAYOUTS[code], payments() if rows is None else rows, PAYER)


def test_there_are_at_least_six_banks_beside_the_generic_ones():
    assert len({layout.bank for layout in LAYOUTS.values()} - {"通用", "代发平台"}) >= 6


@pytest.mark.parametrize("code", LAYOUTS)
def test_every_layout_gives_the_same_bytes_for_the_same_payments(code):
    assert written(code) == written(code)


@pytest.mark.parametrize("code", LAYOUTS)
def test_every_layout_names_card_and_amount_and_says_where_it_was_seen(code):
    layout = LAYOUTS[code]
    assert {"card", "name", "amount"} <= layout.needs
    assert layout.source
    assert layout.most_rows > 0
    assert layout.kind in ("xlsx", "csv", "txt", "fixed")
    assert all(cell.width for cell in layout.cells) == (layout.kind == "fixed")


@pytest.mark.parametrize("code", [code for code, layout in LAYOUTS.items() if layout.kind == "xlsx"])
def test_in_workbooks_cards_are_text_and_amounts_are_numbers(code):
    layout = LAYOUTS[code]
    page = sheet_of(written(code))
    first = len(layout.above) + (1 if layout.header else 0) + 1
    at = {cell.takes: position for position, cell in enumerate(layout.cells, start=1)}
    card, amount = page.cell(first, at["card"]), page.cell(first, at["amount"])
    assert (card.value, card.data_type) == (card_number(1), "s")
    assert (amount.value, amount.data_type) == (1001.05, "n")
    if layout.header:
        assert [cell.value for cell in page[first - 1]][: len(layout.cells)] == [cell.title for cell in layout.cells]


def test_the_header_of_every_workbook_is_found_again_by_our_own_reader():
    from payroll.imports.bank_results import COLUMNS

    for code, layout in LAYOUTS.items():
        if layout.kind != "xlsx" or not layout.header:
            continue
        header = find_header(read(written(code)).sheets[0].head(20), COLUMNS)
        assert {"card", "amount"} <= set(header.mapping), code


def test_icbc_has_its_nineteen_columns_and_our_reference():
    page = sheet_of(written("icbc"))
    assert [cell.value for cell in page[1]][:4] == ["币种", "日期", "明细标志", "顺序号"]
    assert page.max_column == 19
    assert [page.cell(2, at).value for at in (1, 2, 6, 19)] == ["RMB", "20261123", PAYER.account, "7-1-1"]


def test_ccb_marks_cards_of_other_banks():
    page = sheet_of(written("ccb"))
    assert [page.cell(row, 5).value for row in (2, 3, 4)] == ["1", "0", "1"]
    assert page.cell(2, 6).value == "农业银行张掖分行"
    assert page.cell(3, 6).value is None


def test_the_generic_text_counts_in_fen_and_begins_with_count_and_sum():
    lines = written("generic_txt").decode("gb18030").split("\r\n")
    assert lines[0] == "3|300615"
    assert lines[1].split("|") == ["1", card_number(1), "张二", "100105", "2026年10月工资", "7-1-1"]
    assert lines[-1] == ""


def test_csv_is_gb18030_with_a_header():
    text = written("generic_csv").decode("gb18030")
    assert text.startswith("序号,收款账号,收款人姓名,金额,附言,业务编号\r\n")
    assert "1001.05" in text


def test_fixed_width_counts_bytes_and_amounts_stand_right():
    lines = written("abc_fixed").split(b"\r\n")
    assert {len(line) for line in lines[:-1]} == {60 + 30 + 18 + 30}
    assert lines[0][90:108] == b"           1001.05"
    assert lines[0][:60].decode("gb18030").strip() == "张二"


def test_a_text_longer_than_its_place_is_refused_and_never_cut():
    long = [Payment(seq=1, name="买" * 31, card=card_number(1), amount=Decimal("1.00"))]
    with pytest.raises(Refused) as refused:
        written("abc_fixed", long)
    assert refused.value.code == "does_not_fit"


@pytest.mark.parametrize(
    "name", ["=1+1", "+86", "-1", "@SUM(A1)", "张\t三", "张|三", "张,三", '张"三', "张\n三", "", "＝甲"]
)
def test_a_name_that_a_bank_could_misread_is_not_plain(name):
    assert not is_plain(name)


@pytest.mark.parametrize("name", ["张三", "买买提·艾力", "欧阳 修", "𠮷田", "Ivan Petrov", "古丽（小）"])
def test_names_of_people_are_plain(name):
    assert is_plain(name)


@given(st.decimals(min_value="0.01", max_value="9999999999.99", places=2))
def test_an_amount_is_written_exactly_in_yuan_and_in_fen(amount):
    assert Decimal(amount_text(amount, "元")) == amount
    assert Decimal(amount_text(amount, "分")) / 100 == amount


def test_who_takes_whose_cards():
    assert fits(LAYOUTS["abc"], "中国农业银行张掖分行")
    assert not fits(LAYOUTS["abc"], "建设银行")
    assert not fits(LAYOUTS["abc"], "")
    assert fits(LAYOUTS["abc_other"], "建设银行")
    assert not fits(LAYOUTS["abc_other"], "农行")
    assert not fits(LAYOUTS["abc_other"], "")
    assert fits(LAYOUTS["icbc"], "")


def test_no_clock_goes_into_a_workbook():
    book = openpyxl.load_workbook(io.BytesIO(written("generic")))
    assert book.properties.created == datetime.datetime(2020, 5, 1)  # noqa: DTZ001
