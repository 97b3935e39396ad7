"""A header is found wherever it stands, however its titles are written."""

import pytest

from sheets.columns import Column, normalise
from sheets.headers import find_header
from sheets.reader import Range


class Name(Column):
    name, title, required = "name", "姓名", True
    synonyms = ("工人姓名",)


class Pay(Column):
    name, title, required = "pay", "实发工资", True
    synonyms = ("实发金额",)


class Gross(Column):
    name, title = "gross", "应发工资"


class Days(Column):
    name, title = "days", "出勤天数"
    synonyms = ("天数",)
    never = ("缺勤",)


ALL = (Name, Pay, Gross, Days)
DATA = ["王伟", 26.0, 6000.0, 5900.0]


@pytest.mark.parametrize("title", ["姓  名", "姓\n名", "*姓名", "姓名：", "＊姓 名（必填）", "工人姓名"])
def test_noise_in_titles_is_no_hindrance(title):
    header = find_header([[title, "实发工资（元）"], ["王伟", 1.0]], ALL)
    assert header.letters == {"name": "A", "pay": "B"}


def test_a_header_may_stand_below_titles():
    rows = [
        ["十月工资表", None, None, None],
        ["单位：", "甲公司", None, None],
        [],
        ["姓名", "出勤天数", "应发工资", "实发工资"],
        DATA,
    ]
    header = find_header(rows, ALL, [Range(1, 1, 1, 4)])
    assert header.rows == [4]
    assert header.first_data_row == 5


@pytest.mark.parametrize(("above", "found"), [(29, True), (40, False)])
def test_a_header_is_looked_for_in_the_first_thirty_rows_only(above, found):
    assert bool(find_header([["说明"]] * above + [["姓名", "实发工资"]], ALL)) is found


def test_two_rows_of_header_joined_by_merges():
    rows = [
        ["姓名", "应发工资", None, "考勤", "实发工资"],
        [None, "基本", "小计", "天数", None],
        ["王伟", 1.0, 1.0, 26.0, 1.0],
    ]
    merged = [Range(1, 1, 2, 1), Range(1, 2, 1, 3), Range(1, 5, 2, 5)]
    header = find_header(rows, ALL, merged)
    assert header.rows == [1, 2]
    assert header.letters == {"name": "A", "gross": "C", "pay": "E"}
    assert header.titles[3] == "应发工资·小计"


def test_two_rows_of_header_without_merges_as_in_csv():
    rows = [["姓名", "应发工资", None, "实发工资"], [None, "基本", "小计", None], ["王伟", "1", "1", "1"]]
    header = find_header(rows, ALL)
    assert header.rows == [1, 2]
    assert header.letters == {"name": "A", "gross": "C", "pay": "D"}


def test_a_csv_in_which_every_column_stands_below_a_group():
    rows = [
        ["人员信息", None, "应发工资", None, "支付", None],
        ["姓名", "籍贯", "基本", "小计", "实发工资", "签字"],
        ["王伟", "张掖", "1", "1", "1", None],
    ]
    header = find_header(rows, ALL)
    assert header.rows == [1, 2]
    assert header.letters == {"name": "A", "gross": "D", "pay": "E"}


def test_a_row_of_texts_below_the_header_is_data():
    rows = [["姓名", "出勤天数", "应发工资", "实发工资"], ["王伟", "26", "6000", "5900"]]
    assert find_header(rows, ALL).rows == [1]


def test_a_group_above_belongs_to_the_header_and_a_title_does_not():
    rows = [["工资表", None, None, None], [None, "考勤情况", None, None], ["姓名", "出勤", "天数", "实发工资"], DATA]
    header = find_header(rows, ALL, [Range(1, 1, 1, 4), Range(2, 2, 2, 3)])
    assert header.rows == [2, 3]


def test_a_generic_leaf_needs_the_right_group():
    rows = [["姓名", "缺勤扣款", None, "实发工资"], [None, "天数", "金额", None]]
    header = find_header(rows, ALL, [Range(1, 1, 2, 1), Range(1, 2, 1, 3), Range(1, 4, 2, 4)])
    assert "days" not in header.mapping


def test_each_title_serves_once_and_what_is_left_is_told():
    header = find_header([["姓名", "实发工资", "实发金额", "籍贯"]], ALL)
    assert header.mapping == {"name": 1, "pay": 2}
    assert header.unmapped == {3: "实发金额", 4: "籍贯"}
    assert find_header([["姓名", "籍贯"]], ALL, least=1).missing == ["pay"]


def test_no_header_is_none():
    assert find_header([["甲", "乙"], [1.0, 2.0]], ALL) is None
    assert find_header([], ALL) is None


def test_titles_normalise_to_one_form():
    assert normalise("＊实 发\n工资（元）：") == "实发工资(元)"


def test_parts_of_titles_without_merges_belong_to_the_header_and_hints_do_not():
    top = ["姓名", "应发工资", None, None, "实发"]
    rows = [top, [None, "基本", "加班", "小计", "工资"], ["王伟", 1.0, 1.0, 2.0, 2.0]]
    header = find_header(rows, ALL)
    assert (header.rows, header.letters) == ([1, 2], {"name": "A", "gross": "D", "pay": "E"})
    hints = [["姓名", "应发工资", None, None, "实发工资"], ["必填", "必填", "必填", "选填", "必填"], rows[2]]
    assert find_header(hints, ALL).rows == [1]
    words = [hints[0], ["必填项", "数字", "文本", "选填", "保留两位"], rows[2]]
    assert find_header(words, ALL).rows == [1]
