"""What people type into cells: understood exactly, or flagged; never guessed, never read as nothing."""

import datetime
from decimal import Decimal

import pytest

from sheets.reader import Range
from sheets.values import ErrorValue
from tests.payroll.rules.field import T, codes, got, p, paid, read, whys
from tests.payroll.rules.people import card, id_number

W = ErrorValue("formula")
ID, CARD = id_number(1), card(1)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
X_ID = next(number for n in range(200) if (number := id_number(n)).endswith("X"))


@pytest.mark.parametrize(
    ("typed", "name", "note"),
    [
        ("王伟", "王伟", ""),
        ("王 伟", "王伟", ""),
        ("王　伟", "王伟", ""),
        ("王伟（退场）", "王伟", "退场"),
        ("王伟(退场)", "王伟", "退场"),
        ("王伟3月15离职", "王伟", "3月15离职"),
        ("王伟3.15退场", "王伟", "3.15退场"),
        ("王伟 10月5日进场", "王伟", "10月5日进场"),
        ("王伟退场", "王伟", "退场"),
        ("王伟组长", "王伟", "组长"),
        ("王伟（班组长）", "王伟", "班组长"),
        ("组长：王伟", "王伟", "组长"),
        ("王伟2", "王伟", "2"),
        ("王伟（大）", "王伟", "大"),
        ("（王伟）", "王伟", ""),
        ("阿依古丽·买买提", "阿依古丽·买买提", ""),
        ("阿依古丽•买买提", "阿依古丽·买买提", ""),
        ("阿依古丽・买买提", "阿依古丽·买买提", ""),
        ("阿依古丽.买买提（退场）", "阿依古丽·买买提", "退场"),
        ("马哈木德 · 艾山", "马哈木德·艾山", ""),
        ("欧阳娜娜", "欧阳娜娜", ""),
        # Names that only look as if they held more.
        ("李组长", "李组长", ""),
        ("高进场", "高进场", ""),
        ("安然", "安然", ""),
        ("Tom  Smith", "Tom Smith", ""),
    ],
)
def test_a_name_stays_clean_and_the_note_goes_to_the_remark(typed, name, note):
    found = read([*T, "备注"], [*p(1, 姓名=typed), None])
    assert [(line.name, line.remark) for line in found.lines] == [(name, note)]
    assert read([*T, "备注"], [*p(1, 姓名=typed), "补发"]).lines[0].remark == (f"{note}；补发" if note else "补发")


@pytest.mark.parametrize(
    "typed",
    [
        ID,
        f"'{ID}",
        f" {ID} ",
        f"{ID[:6]} {ID[6:14]} {ID[14:]}",
        ID.translate(WIDE),
        f"身份证：{ID}",
        f"身份证号码:{ID}",
        f"{ID[:6]}-{ID[6:14]}-{ID[14:]}",
        f"\u200b{ID}\ufeff",
    ],
)
def test_an_id_number_is_cleaned_of_what_stands_around_it(typed):
    assert [line.id_number for line in read(T, p(1, 身份证号=typed)).lines] == [ID]


def test_a_lower_case_x_is_an_x():
    for typed in (X_ID, X_ID.lower(), X_ID.translate(WIDE)):
        assert read(T, p(1, 身份证号=typed)).lines[0].id_number == X_ID


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (float(ID[:17] + "0"), "id_precision_lost"),
        ("6.20702198506E+17", "id_precision_lost"),
        (ID[:-1], "id_length"),
        (ID + "1", "id_length"),
        (f"身份证：{ID[:-1]}", "id_length"),
        (ID[:6] + ID[8:17], "id_length"),
        (ID[:10] + "13" + ID[12:], "id_birth_date"),
        (ID[:-1] + ("0" if ID[-1] != "0" else "1"), "id_checksum"),
        (ID[:-2] + "*" + ID[-1], "id_checksum"),
        (None, "id_missing"),
        ("  ", "id_missing"),
    ],
)
def test_an_id_number_that_is_wrong_is_flagged_and_never_repaired(typed, code):
    found = read(T, p(1, 身份证号=typed))
    assert found.lines == []
    assert codes(found) == [code]


@pytest.mark.parametrize(
    "typed",
    [
        CARD,
        f"'{CARD}",
        " ".join((CARD[:4], CARD[4:8], CARD[8:])),
        CARD.translate(WIDE),
        f"农行{CARD}",
        f"{CARD}（农行）",
        f"卡号：{CARD}",
    ],
)
def test_a_card_is_cleaned_of_what_stands_around_it(typed):
    found = read(T, p(1, 银行卡号=typed))
    assert [line.bank_card for line in found.lines] == [CARD]
    assert codes(found) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (float(CARD), "card_precision_lost"),
        ("6.22202E+18", "card_precision_lost"),
        (CARD[:-1] + str((int(CARD[-1]) + 1) % 10), "card_checksum"),
        ("现金", "card_missing"),
        (None, "card_missing"),
    ],
)
def test_a_card_that_is_wrong_is_flagged(typed, code):
    found = read(T, p(1, 银行卡号=typed))
    assert (found.lines, codes(found)) == ([], [code])


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        (5901.0, "5901.00"),
        ("5901", "5901.00"),
        ("5,901.00", "5901.00"),
        ("5901元", "5901.00"),
        ("5901.00元整", "5901.00"),
        ("￥5,901", "5901.00"),
        ("５９０１", "5901.00"),
        ("５，９０１．００", "5901.00"),
        (" 5901 ", "5901.00"),
        ("'5901", "5901.00"),
        ("0.5901万元", "5901.00"),
        ("0.5901万", "5901.00"),
        (5900.999999999999, "5901.00"),
        (5901.005, "5901.01"),
    ],
)
def test_an_amount_is_read_to_the_cent(typed, amount):
    found = read(["姓名", "身份证号", "实发工资"], ["王伟", ID, typed])
    assert [line.net for line in found.lines] == [Decimal(amount)]


@pytest.mark.parametrize(
    "typed",
    [
        "五千九",
        "59,01",
        "5901/月",
        "5901+100",
        "约5901",
        True,
        datetime.date(2025, 10, 1),
        ErrorValue("#REF!"),
        1e12,
        "--5",
        "5901.00.00",
    ],
)
def test_what_is_no_amount_is_flagged(typed):
    found = read(["姓名", "身份证号", "实发工资"], ["王伟", ID, typed])
    assert (found.lines, codes(found)) == ([], ["amount_invalid"])


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        (26.0, "26"),
        ("26", "26"),
        ("26天", "26"),
        ("8天", "8"),
        (0.5, "0.5"),
        ("半天", "0.5"),
        ("26.5", "26.5"),
        ("26天半", "26.5"),
        ("30/28", "28"),
        ("28/30", "28"),
        ("２６", "26"),
        (None, None),
        ("/", None),
    ],
)
def test_days_are_understood(typed, days):
    found = read(["姓名", "身份证号", "出勤天数", "实发工资"], ["王伟", ID, typed, 5901.0])
    assert [line.days for line in found.lines] == [None if days is None else Decimal(days)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("全勤", "days_invalid"), (-1.0, "days_invalid"), (32.0, "days_over_month"), ("26,5", "days_invalid")],
)
def test_days_that_are_none_are_flagged(typed, code):
    assert codes(read(["姓名", "身份证号", "出勤天数", "实发工资"], ["王伟", ID, typed, 5901.0])) == [code]


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        (45931.0, True),  # 2025-10-01
        (45962.0, False),
        ("2025年10月", True),
        ("2025年9月", False),
        ("2025-10", True),
        ("202510", True),
        (202510.0, True),
        ("10月", True),
        (10.0, True),
        ("十月", True),
        (datetime.date(2025, 10, 31), True),
        (datetime.datetime.fromisoformat("2025-11-01"), False),
        ("２０２５年１０月", True),
        ("2025/10/1", True),
        ("25年10月", True),
        ("2025年10月份", True),
        ("2025.10", True),
        (2025.1, False),  # 2025.10 typed as a number is 2025.1: which month can't be known
    ],
)
def test_a_month_is_understood_in_every_form(typed, right):
    found = read(["姓名", "身份证号", "月份", "实发工资"], ["王伟", ID, typed, 5901.0])
    assert codes(found) == ([] if right else ["month_mismatch"])


def test_a_formula_without_a_result_is_flagged_and_never_nothing():
    found = read(T, p(1, 实发工资=W))
    assert (found.lines, codes(found)) == ([], ["amount_invalid", "formula_without_value"])
    found = read(T, p(1, 扣款=W))
    assert codes(found) == ["formula_without_value"]
    assert (found.lines[0].deductions, found.lines[0].net) == (None, Decimal("5901.00"))
    # A real nothing in its place contradicts the net pay.
    assert codes(read(T, p(1, 扣款=0.0))) == ["net_mismatch"]


@pytest.mark.parametrize(
    ("titles", "above", "factor"),
    [
        (["姓名", "身份证号", "应发工资（分）", "扣款（分）", "实发工资（分）"], [], 100),
        (["姓名", "身份证号", "应发工资", "扣款", "实发工资"], [["金额单位：分"]], 100),
        (["姓名", "身份证号", "应发工资(万元)", "扣款(万元)", "实发工资(万元)"], [], Decimal("0.0001")),
        (["姓名", "身份证号", "应发工资", "扣款", "实发工资"], [["单位：", "万元"]], None),
        (["姓名", "身份证号", "应发工资（元）", "扣款（元）", "实发工资（元）"], [["部分人员工资"]], None),
        (["姓名", "身份证号", "应发工资", "扣款", "实发工资"], [["单位：元"]], None),
        (["姓名", "身份证号", "应发工资", "扣款", "实发工资"], [["评分：分"]], None),
    ],
)
def test_amounts_in_fen_and_in_ten_thousands_become_yuan_and_it_is_said(titles, above, factor):
    values = [Decimal(amount) * (factor or 1) for amount in (6001, 100, 5901)]
    found = read(*above, titles, ["王伟", ID, *map(float, values)])
    assert [(line.gross, line.deductions, line.net) for line in found.lines] == [(6001, 100, 5901)]
    assert codes(found) == (["amounts_converted"] if factor else [])


def test_a_total_in_fen_is_compared_in_yuan():
    titles = ["姓名", "身份证号", "实发工资（分）"]
    found = read(titles, ["王伟", ID, 590100.0], ["合计", None, 590100.0])
    assert found.declared_total_net == found.total_net == 5901
    assert codes(found) == ["amounts_converted"]


# Crews

CREW = ["班组", "姓名", "身份证号", "实发工资"]


def crews(found):
    return [line.crew for line in found.lines]


def test_a_crew_merged_downward_is_everybodys():
    rows = [
        ["木工班", "王伟", id_number(1), 1.0],
        [None, "李娜", id_number(2), 1.0],
        ["钢筋班", "张强", id_number(3), 1.0],
    ]
    merged = [Range(2, 1, 3, 1)]
    assert crews(read(CREW, *rows, merged=merged)) == ["木工班", "木工班", "钢筋班"]
    # Not merged, a blank is a blank.
    assert crews(read(CREW, *rows)) == ["木工班", "", "钢筋班"]


def test_a_crew_written_once_in_a_csv_is_its_peoples():
    rows = [["木工班", "王伟", id_number(1), "1"], [None, "李娜", id_number(2), "1"], [None, "张强", id_number(3), "1"]]
    assert crews(read(CREW, *rows, kind="csv")) == ["木工班"] * 3
    filled = [["木工班", *rows[0][1:]], ["木工班", *rows[1][1:]], rows[2]]
    assert crews(read(CREW, *filled, kind="csv")) == ["木工班", "木工班", ""]


def test_a_crew_row_counts_until_the_next_and_the_own_column_goes_first():
    found = read(CREW[1:], ["一班组（木工）"], ["王伟", id_number(1), 1.0], ["二班组"], ["李娜", id_number(2), 1.0])
    assert crews(found) == ["一班组（木工）", "二班组"]
    assert crews(read(CREW, ["一班组"], ["电工班", "王伟", id_number(1), 1.0])) == ["电工班"]
    # Below the people a crew leader signs.
    found = read(CREW[1:], ["王伟", id_number(1), 1.0], ["班组长：李娜"])
    assert whys(found) == {3: "signature"}


def test_deductions_that_hold_days_are_not_taken_off():
    titles = ["姓名", "身份证号", "应发工资", "事假扣款", "实发工资"]
    rows = [
        ["王伟", id_number(1), 6000.0, 2.0, 6000.0],
        ["李娜", id_number(2), 5800.0, 1.0, 5800.0],
        ["张强", id_number(3), 5000.0, 0.0, 5000.0],
    ]
    found = read(titles, *rows)
    assert codes(found) == []
    assert [net for _who, net in got(found)] == [6000, 5800, 5000]
    # A real deduction under the same title is checked.
    wrong = [
        ["王伟", id_number(1), 6000.0, 200.0, 6000.0],
        ["李娜", id_number(2), 5800.0, 150.0, 5650.0],
        ["张强", id_number(3), 5000.0, 100.0, 4900.0],
    ]
    assert codes(read(titles, *wrong)) == ["net_mismatch"]


# Two people beside each other

SIDE = ["姓名", "身份证号", "实发工资"]


def test_two_people_in_one_row_are_two_people():
    found = read(
        ["10月工资"],
        [*SIDE, None, *SIDE],
        ["王伟", id_number(1), 5901.0, None, "李娜", id_number(2), 5902.0],
        ["张强", id_number(3), 5903.0],
        ["合计", None, 11804.0, None, "合计", None, 5902.0],
    )
    assert sorted(got(found)) == sorted(paid(1, 2, 3))
    assert [(part["sheet"], part["rows"], part["columns"]["name"]) for part in found.parts] == [
        ("Sheet1", 2, "A"),
        ("Sheet1", 1, "E"),
    ]
    assert found.total_net == found.declared_total_net == 17706
    assert codes(found) == []
    assert {(line.sheet_no, line.row) for line in found.lines} == {(1, 3), (2, 3), (1, 4)}


def test_a_second_name_column_alone_is_no_second_person():
    found = read([*SIDE, "姓名"], ["王伟", ID, 5901.0, "李娜"])
    assert [line.name for line in found.lines] == ["王伟"]
    assert len(found.parts) == 1


def test_the_same_person_on_both_sides_is_told_once_more():
    found = read([*SIDE, *SIDE], ["王伟", ID, 1.0, "王伟", ID, 1.0])
    assert codes(found) == ["duplicate_worker"]


@pytest.mark.parametrize(
    "above",
    [["班组名称：木工班", None, "日期：10月"], ["班组：", "木工班"], ["施工单位：甲公司 班组：木工班 单位：元"]],
)
def test_a_crew_named_above_the_header_is_everybodys(above):
    assert crews(read(above, CREW[1:], ["王伟", id_number(1), 1.0])) == ["木工班"]
    assert crews(read(above, CREW, ["电工班", "王伟", id_number(1), 1.0])) == ["电工班"]


def test_a_sheet_called_after_its_crew_gives_it_and_another_name_does_not():
    assert crews(read(CREW[1:], ["王伟", id_number(1), 1.0], name="钢筋班")) == ["钢筋班"]
    assert crews(read(CREW[1:], ["王伟", id_number(1), 1.0], name="10月工资")) == [""]


def test_two_columns_that_could_both_be_the_net_pay_are_told_where_they_differ():
    titles = ["姓名", "身份证号", "实发工资（第一次）", "实发工资（第二次）"]
    rows = [["王伟", id_number(1), 3000.0, 2901.0], ["李娜", id_number(2), 3000.0, 2902.0]]
    found = read(titles, *rows)
    assert codes(found) == ["column_ambiguous"]
    assert "C 列和 D 列" in found.warnings[0].message
    same = [[*cells[:3], cells[2]] for cells in rows]
    assert codes(read(titles, *same)) == []


def test_a_payee_who_is_somebody_else_is_told():
    titles = ["姓名", "身份证号", "收款人姓名", "实发工资"]
    assert codes(read(titles, ["王伟", ID, "李娜", 1.0], ["张强", id_number(3), "张强", 1.0])) == ["column_ambiguous"]
    assert codes(read(titles, ["王伟", ID, "王伟", 1.0], ["张强", id_number(3), "张强", 1.0])) == []


def test_titles_of_a_small_table_above_name_no_crew():
    assert crews(read(["单位", "班组", "电话"], ["甲公司", "木工班", "1"], [], CREW[1:], ["王伟", ID, 1.0])) == [""]
