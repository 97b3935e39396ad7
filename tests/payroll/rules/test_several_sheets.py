"""A workbook with several payroll sheets: together where the people differ, once where they repeat, and whatever
is left out is said."""

from decimal import Decimal

import pytest

from payroll.rules.facts import Facts, KnownWorker
from sheets.refusal import Refusal
from tests.payroll.rules.field import T, codes, got, p, paid, read_book, sheet, whys


def others(found):
    return {one["sheet"]: one["why"] for one in found.other_sheets}


def total(*numbers):
    return ["合计", None, None, None, None, None, float(sum(5900 + n for n in numbers))]


def test_a_sheet_per_crew_is_read_together():
    found = read_book(
        sheet(T, p(1), p(2), total(1, 2), name="木工班"), sheet(["钢筋班工资表"], T, p(3), total(3), name="钢筋班")
    )
    assert got(found) == paid(1, 2, 3)
    assert [(line.sheet_no, line.row) for line in found.lines] == [(1, 2), (1, 3), (2, 3)]
    assert [(part["sheet"], part["header_rows"], part["rows"]) for part in found.parts] == [
        ("木工班", [1], 2),
        ("钢筋班", [2], 1),
    ]
    assert found.total_net == found.declared_total_net == Decimal(17706)
    assert [part["declared_total_net"] for part in found.parts] == ["11803.00", "5903.00"]
    assert (found.other_sheets, codes(found)) == ([], [])


def test_columns_may_stand_elsewhere_on_each_sheet():
    order = [1, 2, 0, 3, 6, 4, 5]
    turned = [[cells[at] for at in order] for cells in (T, p(2))]
    assert got(read_book(sheet(T, p(1), name="甲"), sheet(*turned, name="乙"))) == paid(1, 2)


@pytest.mark.parametrize("first", [True, False])
def test_a_summary_that_repeats_the_details_is_left_out(first):
    details = [sheet(T, p(1), p(2), name="木工班"), sheet(T, p(3), p(4), name="钢筋班")]
    summary = sheet(T, p(1), p(2), p(3), p(4), total(1, 2, 3, 4), name="汇总")
    found = read_book(*([summary, *details] if first else [*details, summary]))
    assert sorted(got(found)) == sorted(paid(1, 2, 3, 4))
    assert others(found) == {"汇总": "repeats"}
    assert [(remark.code, remark.severity) for remark in found.warnings] == [("sheet_left_out", "notice")]


def test_a_summary_of_totals_only_is_no_payroll_and_is_listed():
    found = read_book(
        sheet(["班组", "人数", "金额"], ["木工班", 2.0, 11803.0], name="汇总"), sheet(T, p(1), name="木工班")
    )
    assert got(found) == paid(1)
    assert others(found) == {"汇总": "not_payroll"}


def test_people_who_stand_on_the_summary_alone_are_named():
    found = read_book(
        sheet(T, p(1), p(2), p(3), p(4), p(5), name="汇总"),
        sheet(T, p(1), p(2), name="甲"),
        sheet(T, p(3), p(4), name="乙"),
    )
    assert others(found) == {"汇总": "repeats"}
    assert found.warnings[0].severity == "warning"
    assert "欧阳娜娜" in found.warnings[0].message


def test_a_summary_with_other_sums_is_told():
    found = read_book(
        sheet(T, p(1), p(2, 应发工资=7000.0, 实发工资=6900.0), name="汇总"),
        sheet(T, p(1), name="甲"),
        sheet(T, p(2), name="乙"),
    )
    assert others(found) == {"汇总": "repeats"}
    assert "两者不同" in found.warnings[0].message


def test_a_bank_list_beside_the_payroll_repeats_it():
    bank = [["姓名", "银行卡号", "金额"], *[[cells[1], cells[3], cells[6]] for cells in (p(1), p(2))]]
    found = read_book(sheet(*bank, name="代发"), sheet(T, p(1), p(2), name="工资表"))
    assert got(found) == paid(1, 2)
    assert others(found) == {"代发": "repeats"}


def test_other_months_are_left_out_and_said():
    found = read_book(
        sheet(T, p(1), name="9月"), sheet(T, p(2), name="10月"), sheet(["2025年11月工资表"], T, p(3), name="Sheet3")
    )
    assert got(found) == paid(2)
    assert others(found) == {"9月": "other_month", "Sheet3": "other_month"}
    assert codes(found) == ["sheet_left_out"] * 2
    assert [remark.message for remark in found.warnings] == [
        "工作表“9月”写的是9月，上传时选的是2025年10月，没有读取。",
        "工作表“Sheet3”写的是2025年11月，上传时选的是2025年10月，没有读取。",
    ]


def test_a_date_above_the_header_is_no_month_of_pay():
    found = read_book(sheet(["制表日期：2025年11月5日"], T, p(1), name="Sheet1"))
    assert codes(found) == []


def test_only_another_month_is_read_and_warned_of():
    found = read_book(sheet(T, p(1), name="9月"))
    assert got(found) == paid(1)
    assert codes(found) == ["other_month"]
    titled = read_book(sheet(["2025年9月工资表"], T, p(1), name="Sheet1"))
    assert [remark.message for remark in titled.warnings] == [
        "工作表“Sheet1”写的是2025年9月，上传时选的是2025年10月。请核对月份，或者换一份表。"
    ]
    several = read_book(sheet(["2025年8、9月工资表"], T, p(1), name="Sheet1"))
    assert (
        "写的是8月、2025年9月" in several.warnings[0].message
        or "写的是2025年8月、2025年9月" in several.warnings[0].message
    )


def test_a_month_written_with_its_year_counts_with_it():
    found = read_book(sheet(T, p(1), name="2024年10月"), sheet(T, p(2), name="2025年10月"))
    assert got(found) == paid(2)


def test_a_hidden_sheet_is_not_read_but_said_where_people_stand_on_it_alone():
    seen = sheet(T, p(1), name="工资")
    found = read_book(seen, sheet(T, p(2), name="补发", state="hidden"))
    assert got(found) == paid(1)
    assert others(found) == {"补发": "hidden"}
    assert codes(found) == ["sheet_left_out"]


def test_an_empty_template_beside_a_filled_one_is_left_out():
    found = read_book(sheet(T, name="模板"), sheet(T, p(1), name="工资"))
    assert got(found) == paid(1)
    assert others(found) == {"模板": "no_people"}


def test_empty_sheets_are_not_worth_a_word():
    found = read_book(sheet(T, p(1), name="工资"), sheet(name="Sheet2"), sheet(name="Sheet3"))
    assert (found.other_sheets, codes(found)) == ([], [])


def test_somebody_on_two_crew_sheets_is_told_with_the_sheets_name():
    found = read_book(sheet(T, p(1), p(2), name="木工班"), sheet(T, p(3), p(4), p(1), name="钢筋班"))
    assert got(found) == paid(1, 2, 3, 4)
    remark = next(remark for remark in found.errors if remark.code == "duplicate_worker")
    assert (remark.sheet_no, remark.row) == (2, 4)
    assert "工作表“木工班”第 2 行" in remark.message


def test_a_shared_card_across_sheets_is_told_with_the_sheets_name():
    found = read_book(sheet(T, p(1), name="木工班"), sheet(T, p(2, 银行卡号=p(1)[3]), name="钢筋班"))
    assert [(remark.code, remark.sheet_no) for remark in found.warnings] == [("shared_card", 2)]
    assert "工作表“木工班”第 2 行" in found.warnings[0].message


def test_a_sum_that_differs_is_told_on_its_own_sheet():
    found = read_book(sheet(T, p(1), total(1), name="甲"), sheet(T, p(2), total(3), name="乙"))
    assert [(remark.code, remark.sheet_no, remark.cell) for remark in found.warnings] == [("total_mismatch", 2, "G3")]


def test_details_without_ids_give_way_to_a_summary_that_has_them():
    def without(*numbers):
        return [[cells[1], cells[3], cells[6]] for cells in map(p, numbers)]

    title = ["姓名", "银行卡号", "实发工资"]
    found = read_book(
        sheet(title, *without(1, 2), name="甲"),
        sheet(title, *without(3, 4), name="乙"),
        sheet(T, *map(p, (1, 2, 3, 4)), name="汇总"),
    )
    assert got(found) == paid(1, 2, 3, 4)
    assert others(found) == {"甲": "repeats", "乙": "repeats"}


def test_sheets_without_ids_are_told_apart_by_name_and_found_on_the_roster():
    def known(name):
        return [KnownWorker(name, name)]

    rows = {n: [p(n)[1], p(n)[6]] for n in range(1, 5)}
    title = ["姓名", "实发工资"]
    found = read_book(
        sheet(title, rows[1], rows[2], name="甲"),
        sheet(title, rows[3], rows[4], name="乙"),
        facts=Facts(workers_named=known),
    )
    assert [line.worker.ref for line in found.lines] == ["李娜", "张强", "刘洋", "马燕"]


def test_the_report_names_the_sheet_where_there_are_several_and_only_then():
    one = read_book(sheet(T, p(1), p(2, 身份证号=None), [], total(1), name="甲")).as_dict(with_lines=True)
    assert "sheet" not in one["lines"][0] | one["errors"][0] | one["ignored_rows"][0]
    assert [part["sheet"] for part in one["sheets"]] == ["甲"]
    two = read_book(
        sheet(T, p(1), p(2, 身份证号=None), total(1), name="甲"),
        sheet(T, p(3), p(4, 身份证号=None), total(3), name="乙"),
    ).as_dict(with_lines=True)
    assert [line["sheet"] for line in two["lines"]] == ["甲", "乙"]
    assert [error["sheet"] for error in two["errors"]] == ["甲", "乙"]
    assert two["ignored_rows"] == [{"row": 4, "why": "total", "sheet": "甲"}, {"row": 4, "why": "total", "sheet": "乙"}]
    assert (two["sheet"], two["header_rows"], two["rows"], two["accepted"]) == ("甲", [1], 4, 2)
    assert {warning["code"] for warning in two["warnings"]} == {"total_mismatch"}


def test_an_attendance_sheet_beside_the_payroll_is_listed():
    attendance = [["姓名", "身份证号", *[float(day) for day in range(1, 32)]], ["王伟", p(1)[2], *["√"] * 31]]
    found = read_book(sheet(T, p(1), name="工资"), sheet(*attendance, name="考勤"))
    assert got(found) == paid(1)
    assert others(found) == {"考勤": "not_payroll"}


def test_half_months_of_the_same_people_are_not_added_up_silently():
    found = read_book(
        sheet(T, p(1), p(2), name="上半月"),
        sheet(T, p(1, 应发工资=100.0, 扣款=0.0, 实发工资=100.0), p(2), name="下半月"),
    )
    assert len(found.lines) == 2
    assert others(found) in ({"下半月": "repeats"}, {"上半月": "repeats"})
    assert "两者不同" in found.warnings[0].message


def test_nothing_but_hidden_payrolls_is_refused():
    with pytest.raises(Refusal) as caught:
        read_book(sheet(T, p(1), name="10月", state="very_hidden"), sheet(["说明"], name="说明"))
    assert caught.value.code == "no_header"


def test_rows_that_are_ignored_keep_their_own_sheet():
    found = read_book(sheet(T, p(1), total(1), name="甲"), sheet(T, p(2), total(2), name="乙"))
    assert whys(found) == {3: "total"}
    assert found.ignored_rows == [{"row": 3, "why": "total"}, {"row": 3, "why": "total", "sheet_no": 2}]


def test_a_sheet_without_a_month_beside_one_that_names_it_is_read_and_asked_about():
    found = read_book(sheet(T, p(1), name="10月工资"), sheet(T, p(2), name="Sheet2"))
    assert got(found) == paid(1, 2)
    assert [(remark.code, "Sheet2" in remark.message) for remark in found.warnings] == [("other_month", True)]
    both = read_book(sheet(T, p(1), name="10月木工班"), sheet(["2025年10月工资表"], T, p(2), name="钢筋班"))
    assert (got(both), codes(both)) == (paid(1, 2), [])


def test_a_hidden_sheet_of_the_same_people_is_only_a_notice():
    found = read_book(sheet(T, p(1), name="工资"), sheet(T, p(1), name="底稿", state="hidden"))
    assert [(remark.code, remark.severity) for remark in found.warnings] == [("sheet_left_out", "notice")]
    lost = read_book(sheet(T, p(1), name="工资"), sheet(T, p(2), name="补发", state="hidden"))
    assert [(remark.severity, "张强" in remark.message) for remark in lost.warnings] == [("warning", True)]
