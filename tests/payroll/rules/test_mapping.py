"""What each column is taken for: by its title, by what it holds, by what a person or the memory said."""

import json

import pytest

from payroll.imports.content import masked
from payroll.imports.mapping import Layout, doubts, header_signature, is_sure, propose
from payroll.imports.parse import open_payroll, parse
from sheets.headers import Header, read_titles
from sheets.reader import Range, Sheet, Workbook
from sheets.refusal import Refusal
from tests.payroll.rules.people import TITLES, card, id_number, row

MONTH = "2025-10"
NAMES = ("王伟", "李娜", "张强", "刘洋", "马依古丽", "阿依古丽·买买提", "欧阳娜娜", "赵六", "陈静", "杨帆")


def people(count=6):
    return [
        [float(n + 1), NAMES[n], id_number(n + 1), card(n + 1), f"1390000{n:04d}", 6000.0 + n * 10, 100.0 + n, 300.0]
        for n in range(count)
    ]


def paid(count=6):
    """seq, name, ID, card, phone, gross, deductions, advance, net."""
    return [[*cells, cells[5] - cells[6] - cells[7]] for cells in people(count)]


def book(*rows, **about):
    return Workbook("xlsx", [Sheet.of(list(rows), **about)])


def mapping(workbook, **known):
    return propose(workbook, MONTH, **known).sheets[0].mapping


PLAIN = ["序号", "姓名", "身份证号", "银行卡号", "手机号", "应发工资", "扣款", "预支", "实发工资"]
EXPECTED = dict(
    zip("seq name id_number bank_card phone gross deductions advance net_pay".split(), "ABCDEFGHI", strict=True)
)


def test_titles_and_contents_that_agree_are_sure():
    proposal = propose(book(PLAIN, *paid()), MONTH)
    assert proposal.sheets[0].mapping == EXPECTED
    assert {guess.reason for guess in proposal.sheets[0].columns if guess.column != "seq"} == {"both"}
    assert is_sure(proposal)
    assert proposal.doubts == []


@pytest.mark.parametrize("letter", "BCDE")
def test_people_cards_ids_and_telephones_are_known_by_what_they_hold(letter):
    titles = list(PLAIN)
    titles[ord(letter) - 65] = "栏目"
    proposal = propose(book(titles, *paid()), MONTH)
    assert proposal.sheets[0].mapping == EXPECTED
    guess = next(guess for guess in proposal.sheets[0].columns if guess.letter == letter)
    assert (guess.reason, guess.confidence >= 60) == ("content", True)


def test_a_column_of_ids_needs_no_title_at_all_and_wrong_ids_are_none():
    titles = [None if title == "身份证号" else title for title in PLAIN]
    assert mapping(book(titles, *paid()))["id_number"] == "C"
    broken = [[*cells[:2], cells[2][:-1] + ("1" if cells[2][-1] != "1" else "2"), *cells[3:]] for cells in paid()]
    guess = propose(book(titles, *broken), MONTH).sheets[0].guess("id_number")
    assert guess.confidence < 85
    orders = [[*cells[:2], f"99887766{n:010d}", *cells[3:]] for n, cells in enumerate(paid())]
    assert "id_number" not in mapping(book(titles, *orders))


def test_net_and_gross_are_known_by_what_adds_up():
    titles = [*PLAIN[:5], "甲", "乙", "丙", "丁"]
    found = mapping(book(titles, *paid()))
    assert {name: found[name] for name in ("gross", "deductions", "advance", "net_pay")} == {
        "gross": "F",
        "deductions": "G",
        "advance": "H",
        "net_pay": "I",
    }
    assert not is_sure(propose(book(titles, *paid()), MONTH))
    nothing_adds_up = [[*cells[:8], 4321.0 + n * n] for n, cells in enumerate(paid())]
    assert "net_pay" not in mapping(book(titles, *nothing_adds_up))


def test_a_sum_is_not_taken_for_a_difference():
    rows = [[cells[1], cells[2], 3000.0 + n, 500.0 + n, 3500.0 + 2 * n] for n, cells in enumerate(paid())]
    assert "gross" not in mapping(book(["姓名", "身份证号", "基本", "奖励", "共"], *rows))


def test_swapped_columns_are_read_by_what_they_hold_and_said():
    titles = ["序号", "姓名", "银行卡号", "身份证号", *PLAIN[4:]]
    proposal = propose(book(titles, *paid()), MONTH)
    found = proposal.sheets[0].mapping
    assert (found["id_number"], found["bank_card"]) == ("C", "D")
    assert not is_sure(proposal)
    assert any("不一致" in said for said in proposal.doubts)
    parsed = parse(book(titles, *paid()), month=MONTH)
    assert [line.id_number for line in parsed.lines] == [id_number(n + 1) for n in range(6)]
    assert {remark.code for remark in parsed.warnings} == {"column_by_content"}


def test_an_id_column_that_holds_cards_is_doubted():
    rows = [[cells[1], cells[3], cells[8]] for cells in paid()]
    proposal = propose(book(["姓名", "身份证号", "实发工资"], *rows), MONTH)
    guess = proposal.sheets[0].guess("id_number")
    assert guess is None or guess.confidence < 60
    assert not is_sure(proposal)


def test_amounts_that_do_not_add_up_make_the_net_pay_doubtful():
    rows = [[*cells[:8], cells[8] + 50] for cells in paid()]
    proposal = propose(book(PLAIN, *rows), MONTH)
    assert not is_sure(proposal)
    assert "多数行" in "".join(proposal.doubts)


def test_a_sheet_without_titles_is_proposed_by_its_contents():
    found = propose(book(*paid()), MONTH).sheets[0]
    assert (found.header_rows, found.first_data_row) == ([], 1)
    assert {name: found.mapping[name] for name in ("name", "id_number", "bank_card", "net_pay")} == {
        "name": "B",
        "id_number": "C",
        "bank_card": "D",
        "net_pay": "I",
    }


def test_without_an_id_column_only_a_roster_makes_it_sure():
    rows = [[cells[1], cells[3], cells[8]] for cells in paid()]
    proposal = propose(book(["姓名", "银行卡号", "实发工资"], *rows), MONTH)
    assert not is_sure(proposal)
    assert is_sure(proposal, named=True)


def test_no_personal_number_is_shown_in_full():
    shown = json.dumps(propose(book(PLAIN, *paid()), MONTH).as_dict(), ensure_ascii=False)
    for cells in paid():
        for secret in cells[2:5]:
            assert secret not in shown
    assert "620702********" in shown


def test_what_can_not_be_read_is_proposed_with_its_refusal():
    proposal = propose(book(["姓名", "身份证号", "应发工资"], ["王伟", id_number(1), 1.0]), MONTH)
    assert proposal.refusal.code == "no_net_column"
    assert proposal.chosen == []
    assert not is_sure(proposal)
    with pytest.raises(Refusal):
        proposal.layout()


def test_an_attendance_sheet_is_not_made_a_payroll_by_its_sums():
    rows = [[cells[1], cells[2], 208.0, 8.0 + n, 200.0 - n] for n, cells in enumerate(paid())]
    proposal = propose(book(["姓名", "身份证号", "应出勤", "请假", "考勤时间"], *rows), MONTH)
    assert proposal.refusal.code == "wrong_template"


# A person's word


def test_a_layout_goes_through_json_and_is_obeyed():
    workbook = book(["工资表"], PLAIN, *paid())
    layout = propose(workbook, MONTH).layout()
    again = Layout.from_dict(json.loads(json.dumps(layout.as_dict())))
    assert again.as_dict() == layout.as_dict()
    assert parse(workbook, month=MONTH, layout=again).lines == parse(workbook, month=MONTH).lines
    changed = Layout.from_dict(
        {"sheets": [{"name": "Sheet1", "header_rows": [2], "columns": {"name": "B", "id_number": "C", "net_pay": "F"}}]}
    )
    assert parse(workbook, month=MONTH, layout=changed).lines[0].net == 6000


def test_a_layout_reads_a_sheet_whose_titles_say_nothing():
    workbook = book(["一", "二", "三"], ["王伟", id_number(1), 5000.0])
    with pytest.raises(Refusal):
        parse(workbook, month=MONTH)
    layout = Layout.from_dict(
        {"sheets": [{"name": "Sheet1", "header_rows": [1], "columns": {"name": "A", "id_number": "B", "net_pay": "C"}}]}
    )
    assert parse(workbook, month=MONTH, layout=layout).accepted == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "没有"}, "layout_sheet_gone"),
        ({"header_rows": [9]}, "layout_rows"),
        ({"header_rows": [1, 3]}, "layout_rows"),
        ({"columns": {"name": "B", "net_pay": "ZZ"}}, "layout_letter"),
        ({"columns": {"name": "B", "net_pay": "1"}}, "layout_letter"),
        ({"columns": {"name": "B", "net_pay": "B"}}, "layout_column_twice"),
        ({"columns": {"name": "B", "net_pay": "I", "shoe": "C"}}, "layout_column_unknown"),
        ({"columns": {"net_pay": "I"}}, "no_name_column"),
        ({"columns": {"name": "B"}}, "no_net_column"),
    ],
)
def test_an_impossible_layout_is_refused_in_a_sentence(change, code):
    good = {"name": "Sheet1", "header_rows": [1], "columns": {"name": "B", "id_number": "C", "net_pay": "I"}}
    workbook = book(PLAIN, *paid())
    assert open_payroll(workbook, month=MONTH, layout=Layout.from_dict({"sheets": [good]}))
    with pytest.raises(Refusal) as caught:
        open_payroll(workbook, month=MONTH, layout=Layout.from_dict({"sheets": [good | change]}))
    assert caught.value.code == code
    assert caught.value.message.endswith("。")


@pytest.mark.parametrize("told", [None, {}, {"sheets": []}, {"sheets": [{"name": "a"}]}, {"sheets": 3}, "x"])
def test_what_is_no_layout_is_refused(told):
    with pytest.raises(Refusal) as caught:
        Layout.from_dict(told)
    assert caught.value.code == "layout_invalid"


# Memory


def header(*titles, at=1, merged=()) -> Header:
    return read_titles([[]] * (at - 1) + [list(titles)], list(merged), [at])


def test_a_signature_is_that_of_the_form_not_of_the_month():
    one = header_signature(header("姓 名", "9月工资（元）", "实发工资"))
    assert one == header_signature(header("*姓名", "10月份工资", "实发\n工资", at=4))
    assert one == header_signature(header("姓名", "2025年10月工资", "实发工资", merged=[Range(1, 9, 1, 12)]))
    assert one != header_signature(header("姓名", "实发工资", "9月工资"))
    assert one != header_signature(header("姓名", "9月工资", "实发工资", "备注"))
    assert one != header_signature(header(None, "姓名", "9月工资", "实发工资"))


def test_what_was_decided_once_is_used_again_and_doubted_where_the_contents_changed():
    titles = ["甲", "乙", "丙", "丁", "戊"]
    rows = [[cells[1], cells[2], cells[3], cells[4], cells[8]] for cells in paid()]
    first = propose(book(titles, *rows), MONTH)
    assert not is_sure(first)
    known = {first.sheets[0].signature: {"name": "A", "id_number": "B", "bank_card": "C", "net_pay": "E"}}
    again = propose(book(["工资表"], titles, *rows), "2025-11", remembered=known)
    assert again.sheets[0].mapping == {"name": "A", "id_number": "B", "bank_card": "C", "net_pay": "E"}
    assert {guess.reason for guess in again.sheets[0].columns if guess.column} == {"remembered"}
    assert is_sure(again)
    swapped = [[cells[1], cells[0], *cells[2:]] for cells in rows]
    assert not is_sure(propose(book(titles, *swapped), MONTH, remembered=known))


def test_a_row_of_every_usual_title_is_sure():
    proposal = propose(book(TITLES, *[row(n, 姓名=NAMES[n]) for n in range(1, 6)]), MONTH)
    assert is_sure(proposal)


def test_an_intermediate_sum_is_proposed_but_not_paid_without_a_word():
    rows = [
        [cells[1], cells[2], 6000.0 + n, 300.0 + n, 200.0, 5500.0, 100.0 + 3 * n, 5400.0 - 3 * n]
        for n, cells in enumerate(paid())
    ]
    titles = ["姓名", "身份证号", "应发工资", "社保", "公积金", "税前工资", "税额", "卡上"]
    proposal = propose(book(titles, *rows), MONTH)
    assert proposal.refusal.code == "no_net_column"
    assert proposal.askable
    with pytest.raises(Refusal):
        parse(book(titles, *rows), month=MONTH)


def test_a_total_of_parts_is_read_and_a_person_on_the_page_confirms_it():
    rows = [[cells[1], cells[2], 1700.0, 500.0 + n, 200.0, 2400.0 + n] for n, cells in enumerate(paid())]
    proposal = propose(book(["姓名", "身份证号", "基础工资", "岗位工资", "全勤", "合计"], *rows), MONTH)
    guess = proposal.sheets[0].guess("net_pay")
    assert (guess.letter, guess.confidence, proposal.refusal) == ("F", 78, None)
    assert doubts(proposal) == ["F 列可能是实发工资，请确认。"]
    # Beside an amount that is taken off it may be gross pay: then it is proposed and not taken.
    rows = [[*cells[:5], 60.0, cells[5]] for cells in rows]
    titles = ["姓名", "身份证号", "基础工资", "岗位工资", "全勤", "罚没", "合计"]
    assert propose(book(titles, *rows), MONTH).refusal.code == "no_net_column"


def test_a_layout_of_two_tables_side_by_side_reads_both():
    side = ["姓名", "身份证号", "实发工资"]
    workbook = book(
        [*side, *side],
        ["王伟", id_number(1), 5.0, "李娜", id_number(2), 6.0],
        ["张强", id_number(3), 7.0],
        ["合计", None, 12.0, "合计", None, 6.0],
    )
    proposal = propose(workbook, MONTH)
    assert [sheet.mapping["name"] for sheet in proposal.chosen] == ["A", "D"]
    found = parse(workbook, month=MONTH, layout=proposal.layout())
    assert found.lines == parse(workbook, month=MONTH).lines
    assert [line.name for line in found.lines] == ["王伟", "张强", "李娜"]
    assert found.declared_total_net == found.total_net == 18


def test_a_gross_that_was_lessened_already_gives_way_to_the_one_that_adds_up():
    titles = ["姓名", "身份证号", "加班", "合计", "扣款合计", "应付工资", "已付工资", "本月实付"]
    rows = [[cells[1], cells[2], 10.0, 6150.0 + n, 115.0 + n, 6035.0, 2000.0, 4035.0] for n, cells in enumerate(paid())]
    proposal = propose(book(titles, *rows), MONTH)
    assert (proposal.sheets[0].mapping["gross"], proposal.sheets[0].mapping["net_pay"]) == ("D", "H")
    assert not is_sure(proposal)
    found = parse(book(titles, *rows), month=MONTH)
    assert (found.errors, found.lines[1].gross) == ([], 6151)
    assert "column_by_content" in {remark.code for remark in found.warnings}
    # Where nothing adds up, the title keeps its column and the rows are told.
    wrong = [[*cells[:3], cells[3] + 7, *cells[4:]] for cells in rows]
    assert propose(book(titles, *wrong), MONTH).sheets[0].mapping["gross"] == "F"
    assert {remark.code for remark in parse(book(titles, *wrong), month=MONTH).errors} == {"net_mismatch"}


@pytest.mark.parametrize(
    ("titles", "money", "expected", "sure"),
    [
        (["补发月份", "补发金额"], ["2025-08", 600.0], "E", True),
        (["应发工资", "已发工资", "本次补发"], [6000.0, 5400.0, 600.0], "F", True),
        # In a month's sheet it is one of the parts, and never silently all that somebody gets.
        (["日工资", "基本工资", "补发工资", "合计"], [300.0, 6000.0, 100.0, 6100.0], "G", False),
        (["应发工资", "补发金额", "扣款", "实领"], [6000.0, 100.0, 50.0, 5950.0], "G", True),
        (["工钱", "补发金额"], [6000.0, 100.0], "E", False),
        (["应发工资", "补发工资", "代扣", "工资"], [6000.0, 100.0, 50.0, 6050.0], "G", False),
    ],
)
def test_back_pay_is_the_pay_of_a_sheet_that_pays_nothing_else(titles, money, expected, sure):
    rows = [[n + 1, NAMES[n], id_number(n + 1), *money] for n in range(4)]
    proposal = propose(book(["序号", "姓名", "身份证号", *titles], *rows), MONTH)
    assert (proposal.sheets[0].mapping["net_pay"], is_sure(proposal)) == (expected, sure)


@pytest.mark.parametrize("text", ["2026-11-28", "2026/1/8", "2026.11.28", "2026年11月28日", "2026-11-28 08:30:00"])
def test_a_day_is_shown_as_it_stands(text):
    assert masked(text) == text


@pytest.mark.parametrize("text", ["2026112834", "62170012026112800", "13920261128", "2026-11-2834567"])
def test_what_only_resembles_a_day_is_masked(text):
    assert masked(text) != text


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("6222021234567890128（甘肃银行张掖分行）", "***************0128（甘肃银行张掖分行）"),
        ("甘肃银行 6222 0212 3456 7890 128", "甘肃银行 **** **** **** ***0 128"),
        ("6222-0212-3456-7890-128", "****-****-****-***0-128"),
        ("王伟，身份证62070219850601001X", "王伟，身份证**************001X"),
        ("电话13900001234，张掖", "电话*******1234，张掖"),
        ("进场2026-10-01，卡6222021234567890128", "进场2026-10-01，卡***************01…"),
        (6.20702198506e17, "6.20702E+17"),
        (6e17, "6E+17"),
        (123456789012.0, "********9012"),
        ("木工2026年10月工资6000元，补助300元", "木工2026年10月工资6000元，补助300元"),
        (26.5, "26.5"),
        (12345678.0, "12345678"),
    ],
)
def test_only_the_digits_of_long_numbers_are_covered(cell, shown):
    assert masked(cell) == shown


@pytest.mark.parametrize("around", ["{}", "{} 甘肃银行", "甘肃银行（{}）", "卡号：{}，本人", "{}/农行"])
@pytest.mark.parametrize("between", ["", " ", "-", "  ", ".", "·"])
def test_no_long_number_is_ever_shown_in_full(around, between):
    for number in (id_number(7), card(7), "27040123456789"):
        text = around.format(between.join(number[at : at + 4] for at in range(0, len(number), 4)))
        shown = "".join(character for character in masked(text) if character.isdigit())
        assert len(shown) <= 10, "an ID number keeps its area, everything else its last four"
        assert number[6:14] not in masked(text)
