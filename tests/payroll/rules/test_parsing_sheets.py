"""Whole sheets: the right one is chosen, what is no worker is skipped and said, totals are compared."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.imports.parse import open_payroll, parse
from sheets.reader import Range, Sheet, Workbook, read
from sheets.refusal import Refusal
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.payroll.rules.people import TITLES, card, id_number, row
from tests.sheets.making import xlsx

NET = TITLES.index("实发工资")


def sum_row(label, net, at=0):
    cells = [None] * len(TITLES)
    cells[at], cells[NET] = label, net
    return cells


def of(*rows, **about):
    return parse(Workbook("xlsx", [Sheet.of(list(rows), **about)]), month="2025-10")


def whys(found):
    return {one["row"]: one["why"] for one in found.ignored_rows}


def test_titles_totals_notes_and_signatures_are_told_and_not_paid():
    found = of(
        ["甲项目 2025年10月 工资表"],
        ["施工单位：甲公司", None, "单位：元"],
        TITLES,
        row(1),
        row(2),
        sum_row("钢筋班小计", 10800.0),
        row(3),
        [],
        [4.0],
        sum_row("合  计", 16200.0),
        ["备注：以上工资已核对"],
        ["制表：张三", None, None, "审核：李四"],
    )
    assert (found.header_rows, found.rows, found.accepted) == ([3], 3, 3)
    assert whys(found) == {6: "subtotal", 8: "empty", 9: "empty", 10: "total", 11: "note", 12: "signature"}
    assert found.total_net == found.declared_total_net == Decimal("16200.00")
    assert found.warnings == []


@pytest.mark.parametrize("label", ["合计", "合 计", "总计", "合计：", "合计（大写）：壹万", "工资合计", "共计"])
@pytest.mark.parametrize("at", [0, 1])
def test_a_total_is_known_by_its_label(label, at):
    found = of(TITLES, row(1), sum_row(label, 5400.0, at))
    assert whys(found) == {3: "total"}
    assert found.declared_total_net == Decimal("5400.00")


def test_a_total_that_differs_warns_at_its_cell_and_one_that_agrees_does_not():
    found = of(TITLES, row(1), sum_row("合计", 5400.02))
    assert [(remark.code, remark.cell) for remark in found.warnings] == [("total_mismatch", "L3")]
    assert of(TITLES, row(1), sum_row("合计", 5400.01)).warnings == []


def test_a_rejected_row_still_counts_in_the_total():
    found = of(TITLES, row(1), row(2, 身份证号=None), sum_row("合计", 10800.0))
    assert found.rejected == 1
    assert found.total_net == found.declared_total_net
    assert found.warnings == []


def test_totals_of_pages_are_added_up_and_a_grand_total_goes_before_them():
    page = (TITLES, row(1), sum_row("合计", 5400.0), TITLES, row(2), sum_row("合计", 5400.0))
    found = of(*page)
    assert found.declared_total_net == Decimal("10800.00")
    assert found.warnings == []
    assert whys(found)[4] == "header"
    assert of(*page, sum_row("总计", 10800.0)).declared_total_net == Decimal("10800.00")


def test_a_worker_is_never_taken_for_a_total():
    found = of(TITLES, row(1, 姓名="合计"), row(2, 姓名="小计生"), row(3, 姓名="注春"))
    assert found.rows == 3
    assert found.ignored_rows == []


def test_a_sum_without_a_label_is_a_total_and_an_unnamed_amount_is_an_error():
    assert whys(of(TITLES, row(1), row(2), sum_row(None, 10800.0))) == {4: "total"}
    found = of(TITLES, row(1), row(2), sum_row(None, 700.0))
    assert "name_missing" in [remark.code for remark in found.errors]
    assert found.rows == 3


@pytest.mark.parametrize("name", ["示例", "张三（示例）", "xxx"])
def test_sample_rows_are_skipped(name):
    found = of(TITLES, row(1, 姓名=name), row(2))
    assert whys(found) == {2: "sample"}
    assert found.accepted == 1


def test_a_row_that_numbers_the_columns_is_part_of_the_header():
    assert whys(of(TITLES, [float(n) for n in range(1, 13)], row(1))) == {2: "header"}


def test_a_second_table_below_is_left_alone_until_a_row_with_an_id():
    titles = ["姓名", "实发工资"]
    found = parse(
        Workbook(
            "xlsx", [Sheet.of([titles, ["王伟", 1.0], [], ["个人工资条"], ["王伟", 1.0]], merged=[Range(4, 1, 4, 2)])]
        ),
        month="2025-10",
    )
    assert found.rows == 1
    assert whys(found) == {3: "empty", 4: "title", 5: "second_table"}
    found = of(TITLES, row(1), [], ["木工班工资表"], row(2))
    assert found.accepted == 2


def test_the_sheet_of_the_month_is_chosen_and_never_a_hidden_one():
    def sheet(name, index, **about):
        return Sheet.of([TITLES, row(index)], name=name, **about)

    book = Workbook("xlsx", [sheet("9月", 1), sheet("10月工资", 2), sheet("11月", 3)])
    found = parse(book, month="2025-10")
    assert found.sheet == "10月工资"
    assert found.other_sheets == [{"sheet": "9月", "why": "other_month"}, {"sheet": "11月", "why": "other_month"}]
    assert parse(Workbook("xlsx", [Sheet.of([["说明"]], name="说明"), sheet("表", 1)]), month="2025-10").sheet == "表"
    with pytest.raises(Refusal) as caught:
        parse(Workbook("xlsx", [sheet("10月", 1, state="hidden")]), month="2025-10")
    assert caught.value.code == "no_header"
    assert "隐藏" in caught.value.message


@pytest.mark.parametrize(
    ("titles", "code"),
    [
        (["甲", "乙", "丙"], "no_header"),
        (["姓名", "身份证号", "应发工资"], "no_net_column"),
        (["身份证号", "应发工资", "实发工资"], "no_name_column"),
        (["姓名", "身份证号", "刷卡时间", "通行方式"], "wrong_template"),
        (["工人姓名", "证件号码", "合同期限类型", "生效日期"], "wrong_template"),
    ],
)
def test_what_is_no_payroll_is_refused_by_name(titles, code):
    with pytest.raises(Refusal) as caught:
        of(titles, ["a", "b", "c", "d"])
    assert caught.value.code == code
    assert caught.value.message.endswith("。")


def test_lines_can_be_taken_one_by_one():
    reading = open_payroll(Workbook("xlsx", [Sheet.of([TITLES, row(1), row(2)])]), month="2025-10")
    lines = reading.lines()
    assert next(lines).row == 2
    assert next(lines).row == 3
    assert next(lines, None) is None
    assert reading.parsed.accepted == 2


def test_the_report_is_the_contracts():
    found = of(TITLES, row(1), row(2, 身份证号="1"), sum_row("合计", 10800.0)).as_dict(with_lines=True)
    assert found["columns"] == dict(
        zip(
            "seq name id_number phone bank_card bank_name crew days gross deductions advance net_pay".split(),
            "ABCDEFGHIJKL",
            strict=True,
        )
    )
    assert found["lines"] == [
        {
            "row": 2,
            "name": "王伟",
            "id_last4": id_number(1)[-4:],
            "card_last4": card(1)[-4:],
            "days": "26",
            "gross": "6000.00",
            "deductions": "100.00",
            "net": "5400.00",
            "crew": "钢筋班",
        }
    ]
    assert found["errors"][0] == {
        "row": 3,
        "cell": "C3",
        "code": "id_length",
        "severity": "error",
        "message": found["errors"][0]["message"],
    }
    assert found["total_net"] == found["declared_total_net"] == "10800.00"
    assert found["ignored_rows"] == [{"row": 4, "why": "total"}]


AMOUNT = st.decimals(0, 99999, places=2)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.integers(0, 10**11), AMOUNT, AMOUNT),
        min_size=1,
        max_size=12,
        unique_by=(lambda one: one[0], lambda one: one[1]),
    ),
    st.booleans(),
)
def test_what_is_exported_is_imported_again_without_a_change(people, as_csv):
    columns = [
        OutColumn("姓名"),
        OutColumn("身份证号"),
        OutColumn("银行卡号"),
        OutColumn("应发工资", "money"),
        OutColumn("扣款", "money"),
        OutColumn("实发工资", "money"),
    ]
    rows = [["王伟", id_number(index), card(number), net + taken, taken, net] for index, number, net, taken in people]
    if as_csv:
        text = io.StringIO()
        csv.writer(text).writerows([[column.title for column in columns], *rows])
        data = text.getvalue().encode("gb18030")
    else:
        box = io.BytesIO()
        write_xlsx(box, [OutSheet("工资", columns, rows)])
        data = box.getvalue()
    found = parse(read(data), month="2025-10")
    assert found.errors == []
    assert [(line.id_number, line.bank_card, line.gross, line.deductions, line.net) for line in found.lines] == [
        tuple(one[1:]) for one in rows
    ]


NOISE = st.sampled_from(["", " ", "'", "\u3000", "\xa0"])
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@st.composite
def typed(draw, right):
    """A right number as people type it: with blanks, an apostrophe, full-width digits."""
    text = right.translate(WIDE) if draw(st.booleans()) else right
    at = draw(st.integers(1, len(text) - 1))
    return draw(NOISE) + text[:at] + draw(st.sampled_from(["", " ", "\u3000"])) + text[at:]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(0, 999), st.integers(0, 10**11), AMOUNT)
def test_noise_around_ids_cards_and_amounts_is_read_away_exactly(data, index, number, net):
    right, account = id_number(index), card(number)
    money = data.draw(st.sampled_from([f"{net:,.2f}", f"{net}元", f"￥{net}", float(net), f" {net} "]))
    found = of(
        ["姓名", "身份证号", "银行卡号", "实发工资"],
        ["王伟", data.draw(typed(right)), data.draw(typed(account)), money],
    )
    assert [(line.id_number, line.bank_card, line.net) for line in found.lines] == [(right, account, net)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 999), st.integers(0, 10**11), st.integers(0, 16), st.integers(1, 9), st.booleans())
def test_one_wrong_digit_is_never_repaired(index, number, place, by, in_card):
    def broken(text):
        return text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]

    right, account = id_number(index), card(number)
    wrong = broken(account) if in_card else broken(right)
    found = of(
        ["姓名", "身份证号", "银行卡号", "实发工资"],
        ["王伟", right if in_card else wrong, wrong if in_card else account, 1.0],
    )
    if found.lines:
        # A wrong first digits makes it a card of another kind: a warning, and the number as it stands.
        assert in_card
        assert found.lines[0].bank_card == wrong
        assert "card_checksum" in {remark.code for remark in found.warnings}
    else:
        assert {remark.code for remark in found.errors} <= {"id_checksum", "id_birth_date", "card_checksum"}


@settings(max_examples=60, deadline=None)
@given(st.integers(10**15, 10**19).map(float), st.integers(10**15, 10**19).map(float))
def test_long_numbers_typed_as_numbers_are_never_taken(identity, account):
    found = of(["姓名", "身份证号", "银行卡号", "实发工资"], ["王伟", identity, account, 1.0])
    assert found.lines == []
    assert [remark.code for remark in found.errors] == ["id_precision_lost", "card_precision_lost"]


def test_an_honest_file_goes_all_the_way():
    found = parse(read(xlsx(("10月", [["工资表"], TITLES, row(1), row(2), sum_row("合计", 10800.0)]))), month="2025-10")
    assert found.accepted == 2
    assert found.errors == []
    assert found.warnings == []
    assert found.sheet == "10月"
