"""What is said of the rows that a person is shown is what the reader says of them, whatever the titles."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.imports.content import masked
from payroll.imports.judging import Judging
from payroll.imports.mapping import propose
from payroll.imports.parse import parse
from payroll.imports.shown import shown
from payroll.rules.month import Month
from payroll.rules.net import TOLERANCE
from sheets.reader import Range, Sheet, Workbook, read
from tests.payroll.rules.headers import drawn
from tests.payroll.rules.people import id_number

MONTH = "2026-10"


def verdicts(workbook, **chosen):
    """What is said of each row that is kept, by row; `chosen` are letters that a person chose instead."""
    table = json.loads(json.dumps(shown(workbook, propose(workbook, Month.of(MONTH)))))["sheets"][0]
    letters = {column["column"]: column["letter"] for column in table["columns"] if column["column"]} | chosen
    judging = Judging(table, {name: letter for name, letter in letters.items() if letter})
    return {
        number: _word(judging.verdict(row))
        for number, row in enumerate(table["rows"], table["top"])
        if number >= table["first_data_row"]
    }


def _word(verdict):
    found = verdict.judged
    if found is None:
        return ""
    if found.agrees is None:
        return "unknown" if verdict.unknown else ""
    if not found.agrees:
        return f"off {abs(found.gap)}"
    return "agrees" if abs(found.gap) <= TOLERANCE else "explained"


def contradicted(workbook):
    return {remark.row for remark in parse(workbook, month=MONTH).errors if remark.code == "net_mismatch"}


def sheet(titles, *amounts, above=(), **about):
    rows = [["王伟", id_number(n), *row] for n, row in enumerate(amounts, 1)]
    return Workbook("xlsx", [Sheet.of([*above, ["姓名", "身份证号", *titles], *rows], **about)])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 2), st.sampled_from([0, -3.5, 0.02, 100.0]))
def test_a_row_is_off_exactly_where_the_reader_refuses_it(seed, index, by):
    workbook = drawn(random.Random(seed)).spoilt(index, by)
    found = verdicts(workbook)
    assert {row for row, word in found.items() if word.startswith("off")} == contradicted(workbook) & found.keys()


def test_an_advance_within_the_total_of_its_group_is_taken_off_once():
    titles = ["姓名", "身份证号", "应发工资", "代扣部分", None, None, None, "实发工资"]
    below = [None, None, None, "伙食费", "借支", "罚款", "小计", None]
    rows = [["王伟", id_number(n), 6000.0, 100.0, 500.0, 30.0, 630.0, 5370.0] for n in range(1, 6)]
    rows[4][7] = 5000.0
    merged = [Range(1, at, 2, at) for at in (1, 2, 3, 8)] + [Range(1, 4, 1, 7)]
    for areas in (merged, []):  # as a workbook and as a csv have their groups
        found = verdicts(Workbook("xlsx", [Sheet.of([titles, below, *rows], merged=areas)]))
        assert found == {3: "agrees", 4: "agrees", 5: "agrees", 6: "agrees", 7: "off 130.00"}


def test_single_deductions_beside_an_advance_are_added_up_and_a_wrong_column_shows():
    workbook = sheet(["应发工资", "借支", "伙食费", "津贴", "实发工资"], *[[6000.0, 500.0, 200.0, 20.0, 5300.0]] * 4)
    assert set(verdicts(workbook).values()) == {"agrees"}
    assert set(verdicts(workbook, gross="F", net_pay="G").values()) == {"off 5780.00"}, "the control"


def test_an_unknown_column_explains_a_row_or_keeps_it_from_being_judged():
    workbook = sheet(
        ["应发工资", "餐费", "考核", "实发工资"],
        [6000.0, 100.0, 0.0, 5900.0],
        [6000.0, 100.0, 70.0, 5830.0],
        [6000.0, 100.0, 70.0, 5850.0],
        [6000.0, 100.0, None, 5800.0],
    )
    assert verdicts(workbook) == {2: "agrees", 3: "explained", 4: "unknown", 5: "off 100.00"}
    assert contradicted(workbook) == {5}, "the reader says the same"


def test_an_advance_that_is_not_read_is_only_an_amount_of_unknown_meaning():
    workbook = sheet(["应发工资", "扣款", "预支", "实发工资"], *[[6000.0, 100.0, 500.0, 5400.0]] * 3)
    assert set(verdicts(workbook, advance="").values()) == {"explained"}
    assert set(verdicts(workbook, advance="", net_pay="C", gross="F").values()) == {"unknown"}


@pytest.mark.parametrize(
    "amounts",
    [
        [None, 100.0, 5900.0],
        [6000.0, "待定", 5900.0],
        [6000.0, -100.0, 5900.0],
        [6000.0, 100.0, None],
    ],
)
def test_nothing_is_said_of_a_row_that_the_reader_does_not_add_up(amounts):
    workbook = sheet(["应发工资", "扣款", "实发工资"], [6000.0, 100.0, 5900.0], amounts, [6000.0, 100.0, 5800.0])
    assert verdicts(workbook) == {2: "agrees", 3: "", 4: "off 100.00"}
    assert contradicted(workbook) == {4}


def test_nothing_is_said_of_a_total():
    rows = [["王伟", id_number(n), 6000.0, 100.0, 5900.0] for n in (1, 2)]
    total = ["合计", None, 12000.0, None, 11800.0]
    workbook = Workbook("xlsx", [Sheet.of([["姓名", "身份证号", "应发工资", "扣款", "实发工资"], *rows, total])])
    assert verdicts(workbook) == {2: "agrees", 3: "agrees", 4: ""}


@pytest.mark.parametrize("place", [0, 1])
def test_amounts_in_tens_of_thousands_are_compared_in_yuan(place):
    titles = ["应发工资", "扣款", "实发工资"]
    above = [["单位：万元"], ["某项目"]] if place == 0 else []
    titles = titles if place == 0 else [f"{title}（万元）" for title in titles]
    workbook = sheet(titles, [0.605, 0.01, 0.595], [0.605, 0.01, 0.594], [0.6, 0.01, 0.59], above=above)
    first = len(above) + 2
    assert verdicts(workbook) == {first: "agrees", first + 1: "off 10.00", first + 2: "agrees"}


LEAVE = ["应发工资", "事假扣款", "伙食费", "实发工资"]


def on_leave(*days):
    return [[6000.0, float(one), 100.0, 5900.0] for one in days]


def test_days_under_a_title_of_deductions_are_no_amount_though_few_stand_among_the_first_rows():
    workbook = sheet(LEAVE, *on_leave(*[0] * 8, 2, *[1.5] * 20))
    assert contradicted(workbook) == set(), "the reader leaves them out"
    assert set(verdicts(workbook).values()) == {"agrees"}
    amounts = sheet(LEAVE, *on_leave(*[0] * 8, 200, *[150] * 20))
    assert verdicts(amounts)[10] == "off 200.00", "the control"


def test_days_in_a_csv_are_days_too():
    text = ["姓名,身份证号,应发工资,事假扣款,伙食费,实发工资"]
    text += [f"王伟,{id_number(n)},12000.00,{n}.5,100,11900.00" for n in range(1, 7)]
    workbook = read("\n".join(text).encode())
    assert contradicted(workbook) == set()
    assert set(verdicts(workbook).values()) == {"agrees"}
    text[3] = text[3].replace("11900.00", "10900.00")
    spoilt = read("\n".join(text).encode())
    assert {row for row, word in verdicts(spoilt).items() if word == "off 1000.00"} == contradicted(spoilt) == {4}


@pytest.mark.parametrize("text", ["12000.00", "12,000.00", "￥12,345.67元", "-12000.5"])
def test_an_amount_as_it_is_typed_is_shown_in_full(text):
    assert masked(text) == text


@pytest.mark.parametrize("text", ["1234567", "12345678.90", "09361234567", "936-1234567", "6217000010001234567"])
def test_what_may_be_somebodys_number_is_not(text):
    assert "*" in masked(text)


def test_a_proposal_of_before_without_its_titles_one_above_the_other_is_judged_by_what_it_has():
    workbook = sheet(["应发工资", "借支", "伙食费", "实发工资"], *[[6000.0, 500.0, 200.0, 5300.0]] * 3)
    table = shown(workbook, propose(workbook, Month.of(MONTH)))["sheets"][0]
    for column in table["columns"]:
        del column["path"], column["days"]
    del table["unit"]
    judging = Judging(table, {"name": "A", "id_number": "B", "gross": "C", "advance": "D", "net_pay": "F"})
    assert _word(judging.verdict(table["rows"][-1])) == "agrees"
