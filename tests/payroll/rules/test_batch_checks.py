"""What only the whole batch, or what is known of its people, can tell: each check with what keeps it silent."""

import datetime
from decimal import Decimal
from typing import NamedTuple

import pytest

from payroll.rules.checks import BatchChecks, Line, severities
from payroll.rules.facts import LastMonth, MonthFacts, Thresholds
from payroll.rules.month import Month
from tests.payroll.rules.people import card, id_number

OCTOBER = Month(2026, 10)
LETTERS = {"name": "B", "days": "H", "net_pay": "L"}
THRESHOLDS = Thresholds(
    identical_people=5,
    identical_share=Decimal(50),
    round_share=Decimal(80),
    round_people=10,
    outlier_times=Decimal(3),
    outlier_people=5,
    consecutive_cards=20,
)


class Stayed(NamedTuple):
    entered_on: datetime.date
    left_on: datetime.date | None = None


def line(n=1, *, net="5377.13", days="26", crew="木工班", price=None, number=None, row=None):
    return Line(
        row or n + 2, f"工人{n}", id_number(n), None, number or card(n * 37), "", crew, "",
        None if days is None else Decimal(days), None, price, None, None, None, Decimal(net), "", "", None,
    )  # fmt: skip


def judged(lines, workers=None, settings=None, **facts):
    facts.setdefault("thresholds", THRESHOLDS)
    checks = BatchChecks(month=OCTOBER, facts=MonthFacts(**facts), letters_of=lambda _no: LETTERS, settings=settings)
    return [*checks.see(lines, (workers or [None] * len(lines)).__getitem__), *checks.finish()]


def codes(found):
    return [(remark.row, remark.cell, remark.code) for remark in found]


def test_nothing_known_says_nothing():
    assert judged([line(n, net=f"{5000 + n * 13}.17") for n in range(1, 40)], list(range(39))) == []


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([Stayed(datetime.date(2026, 3, 1))], []),
        ([Stayed(datetime.date(2026, 10, 6))], []),
        ([Stayed(datetime.date(2026, 10, 7))], ["days_over_stay"]),
        ([Stayed(datetime.date(2026, 9, 1), datetime.date(2026, 10, 10)), Stayed(datetime.date(2026, 10, 16))], []),
        ([Stayed(datetime.date(2026, 11, 1))], ["paid_before_entry"]),
        ([Stayed(datetime.date(2026, 3, 1), datetime.date(2026, 9, 30))], ["paid_after_exit"]),
        ([Stayed(datetime.date(2026, 3, 1), datetime.date(2026, 10, 1))], ["days_over_stay"]),
    ],
)
def test_days_paid_lie_in_the_days_on_site(stays, expected):
    assert [remark.code for remark in judged([line()], [7], stays={7: stays})] == expected
    assert judged([line()], [8], stays={7: stays}) == []


def test_days_beyond_attendance_and_pay_without_any():
    lines, workers = [line(1), line(2), line(3, days=None), line(4, net="0.00")], [1, 2, 3, 4]
    attended = {1: Decimal("26.00"), 2: Decimal("25.50")}
    found = judged(lines, workers, attended=attended)
    assert codes(found) == [(4, "H4", "days_over_attendance"), (5, "H5", "paid_without_attendance")]
    assert "25.5 天" in found[0].message
    assert judged(lines, workers, attended=None) == []


def test_fewer_days_than_attended_are_told_with_what_is_short():
    attended = {1: Decimal("30.00"), 2: Decimal("26.00"), 3: Decimal("26.50")}
    lines = [line(1), line(2), line(3, days=None)]
    found = judged(lines, [1, 2, 3], attended=attended)
    assert codes(found) == [(3, "H3", "days_under_attendance")]
    assert "考勤记录有 30 天，少计 4 天" in found[0].message
    assert (
        judged(lines, [1, 2, 3], attended=attended, paid_by_others=frozenset({1}))[0].code == "paid_by_other_employer"
    )


def test_a_stranger_has_no_attendance_and_no_contract_either():
    found = judged([line(1)], [None], attended={}, under_contract=frozenset({9}))
    assert [remark.code for remark in found] == ["paid_without_attendance", "no_contract"]
    assert judged([line(1)], [None]) == []


def test_who_attended_and_is_not_paid_is_named_on_the_batch():
    asked = []

    def names(workers):
        asked.extend(workers)
        return ["张*", "李*"]

    facts = {"attended": {1: Decimal(26)}, "expected": frozenset({1, 2, 3, 4}), "paid_by_others": frozenset({4})}
    found = judged([line(1)], [1], absent_names=names, **facts)
    assert codes(found) == [(0, "", "attended_not_paid")]
    assert "有 2 人" in found[0].message
    assert "张*、李*" in found[0].message
    assert asked == [2, 3]
    assert judged([line(1)], [1], attended={1: Decimal(26)}, expected=frozenset({1})) == []


def test_the_same_day_on_another_site_is_told_by_its_dates():
    days = [datetime.date(2026, 10, 3), datetime.date(2026, 10, 5)]
    found = judged([line(1), line(2)], [1, 2], same_days={1: days})
    assert codes(found) == [(3, "H3", "same_day_other_site")]
    assert "10月3日、10月5日" in found[0].message


def test_pay_in_another_employers_sheet_and_a_missing_contract():
    found = judged([line(1), line(2)], [1, 2], paid_by_others=frozenset({1}), under_contract=frozenset({1}))
    assert codes(found) == [(3, "B3", "paid_by_other_employer"), (4, "B4", "no_contract")]


def test_identical_pay_in_a_crew_where_work_differs():
    same = [line(n, days=str(20 + n)) for n in range(1, 6)]
    found = judged([*same, line(6, net="4000.55")])
    assert codes(found) == [(3, "L3", "identical_pay")]
    assert "第 3、4、5、6、7 行" in found[0].message
    assert judged(same[:4]) == []
    # Equal work for equal pay, another crew, or only a few of many.
    assert judged([line(n, price=Decimal(230)) for n in range(1, 9)]) == []
    assert judged([line(n, days=str(20 + n), crew=f"{n}班") for n in range(1, 6)]) == []
    assert judged([*same, *(line(n, net=f"{5000 + n}.37") for n in range(6, 17))]) == []
    assert judged(same, thresholds=Thresholds()) == []


def test_identical_pay_says_what_of_the_work_differs_and_claims_nothing_where_the_sheet_does_not_say():
    differing = judged([line(n, days=str(20 + n), price=Decimal(230)) for n in range(1, 6)])
    assert "而天数或单价不同。" in differing[0].message
    for silent in (line(1, price=None), line(1, days=None, price=Decimal(230))):
        (found,) = judged([silent, *(line(n, price=Decimal(230)) for n in range(2, 6))])
        assert "没有写全天数和单价" in found.message
        assert "不同" not in found.message


def test_mostly_round_sums():
    ten = [line(n, net=f"{4000 + n * 100}.00") for n in range(1, 11)]
    found = judged(ten)
    assert codes(found) == [(0, "", "round_sums")]
    assert found[0].severity == "notice"
    assert "10 人（100%）" in found[0].message
    assert judged(ten[:9]) == []
    assert judged([*ten[:7], *(line(n, net=f"{4000 + n}.50") for n in range(11, 14))]) == []


def test_a_multiple_of_the_crews_median():
    crew = [line(n, net=f"{5000 + n}.50") for n in range(1, 6)]
    found = judged([*crew, line(6, net="16000.70")])
    assert codes(found) == [(8, "L8", "crew_outlier")]
    assert "3.2 倍" in found[0].message
    assert judged([*crew, line(6, net="14000.70")]) == []
    assert judged([*crew[:3], line(6, net="16000.70")]) == []


def test_cards_with_consecutive_numbers():
    people = [line(n, net=f"{5000 + n * 7}.13", number=card(900 + n)) for n in range(1, 21)]
    found = judged(list(reversed(people)))
    assert codes(found) == [(0, "", "consecutive_cards")]
    assert "20 人" in found[0].message
    assert card(901) not in found[0].message
    assert judged(people[:-1]) == []
    apart = [line(n, net=f"{5000 + n * 7}.13", number=card(900 + n * 2)) for n in range(1, 30)]
    assert judged(apart) == []
    shared = [line(n, net=f"{5000 + n * 7}.13", number=card(900)) for n in range(1, 30)]
    assert judged(shared) == []


def test_the_account_and_the_month_before_speak_for_the_batch():
    found = judged([line(1)], balance=Decimal("5000.00"), balance_is="账户余额", gap="2026年9月")
    assert codes(found) == [(0, "", "month_gap"), (0, "", "balance_too_low")]
    assert "差 377.13 元" in found[1].message
    assert judged([line(1)], balance=Decimal("5377.13")) == []


def test_a_setting_makes_a_remark_an_error():
    found = judged([line(1)], [1], under_contract=frozenset(), settings=severities({"no_contract": "stop"}))
    assert [(remark.code, remark.severity) for remark in found] == [("no_contract", "error")]


def test_a_sheet_like_last_months_is_told_once_and_any_difference_silences_it():
    def last(*changed, people=3, total="16131.39"):
        rows = {n: (n, Decimal("26.00"), Decimal("5377.13")) for n in (1, 2, 3)} | {one[0]: one for one in changed}
        return LastMonth("2026-09", people, Decimal(total), lambda: asked.append(1) or rows.values())

    asked, lines, plain = [], [line(1), line(2), line(3)], Thresholds()
    facts = {"thresholds": plain}
    (found,) = judged(lines, [1, 2, 3], last_month=last(), **facts)
    assert (found.row, found.cell, found.code, found.severity) == (0, "", "same_as_last_month", "notice")
    assert "与 2026-09 的工资表逐人相同（天数、实发都一样）" in found.message
    assert judged(lines, [3, 1, 2], last_month=last(), **facts), "in another order"
    assert not judged(lines, [1, 2, 4], last_month=last(), **facts), "somebody else"
    assert not judged(lines, [1, 2, None], last_month=last(), **facts), "somebody new"
    assert not judged(lines, [1, 2, 3], last_month=last((3, None, Decimal("5377.13"))), **facts)
    swapped = [(1, Decimal(26), Decimal("5377.12")), (2, Decimal(26), Decimal("5377.14"))]
    assert not judged(lines, [1, 2, 3], last_month=last(*swapped), **facts)
    asked.clear()
    assert not judged(lines, [1, 2, 3], last_month=last(total="16131.40"), **facts)
    assert not judged(lines[:2], [1, 2], last_month=last(people=2, total="10754.26"), **facts), "two people"
    assert not asked, "the lines are asked for only where people and sum agree"
