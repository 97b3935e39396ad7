"""Every declared check has an example that earns it and one like it that doesn't; a check without both fails here."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from payroll.imports.parse import parse
from payroll.rules.checks import catalogue
from payroll.rules.facts import AgeLimits, Facts, KnownWorker, LastMonth, MinimumWageFigure
from sheets.reader import Range, Sheet, Workbook
from sheets.values import WITHOUT_VALUE
from tests.payroll.rules.people import TITLES, card, id_number, row
from tests.payroll.rules.test_batch_checks import Stayed, judged, line

AT = {title: at for at, title in enumerate(TITLES, 1)}
NAMES = ["姓名", "身份证号", "实发工资"]


def sheet(*rows, titles=TITLES, name="S", **about):
    return Sheet.of([titles, *rows], name=name, **about)


def read(*rows, month="2025-10", facts=None, titles=TITLES, **about):
    return codes(parse(Workbook("xlsx", [sheet(*rows, titles=titles, **about)]), month=month, facts=facts or Facts()))


def book(*sheets):
    return codes(parse(Workbook("xlsx", list(sheets)), month="2025-10"))


def codes(found):
    return {remark.code for remark in (*found.errors, *found.warnings)}


def batch(*lines, workers=None, **facts):
    return {remark.code for remark in judged(list(lines), workers, **facts)}


def changed(**changes):
    return read(row(1, **changes))


def worker(ref=1, name="王伟", cards=()):
    return Facts(worker_of={id_number(1): KnownWorker(ref, name, frozenset(cards))}.get)


def born(year, **limits):
    return read(row(1, 身份证号=id_number(1, datetime.date(year, 1, 1))), facts=Facts(ages=AgeLimits(**limits)))


def total(net):
    return ["合计", *[None] * (len(TITLES) - 2), net]


def named(*refs):
    facts = Facts(workers_named=lambda name: [KnownWorker(ref, name) for ref in refs])
    return read(["王伟", card(1), 5400.0], titles=["姓名", "银行卡号", "实发工资"], facts=facts)


def waged(gross):
    return read(
        row(1, 应发工资=gross, 扣款=None, 预支=None, 实发工资=gross),
        facts=Facts(minimum_wage=MinimumWageFigure(Decimal(2020), Decimal("21.75"))),
    )


def priced(gross):
    titles = ["姓名", "身份证号", "出勤天数", "单价", "应发工资", "实发工资"]
    return read(["王伟", id_number(1), 26.0, 300.0, gross, gross], titles=titles)


def joined(merged):
    areas = [Range(2, column, 3, column) for column in (1, 2)] if merged else []
    return read(["王伟", id_number(1), 5000.0], [None, None, 400.0], titles=NAMES, merged=areas)


def rivals(other):
    return read(
        *[["王伟", id_number(n), 5000.0 + n, other(n)] for n in range(1, 5)],
        titles=["姓名", "身份证号", "实发工资", "实发金额"],
    )


def by_content(title):
    return read(*[[f"王伟{n}", id_number(n), 5000.0 + n] for n in range(1, 5)], titles=["姓名", title, "实发工资"])


def repeated(second):
    return book(
        sheet(["王伟", id_number(1), 5.0], ["李强", id_number(2), 5.0], titles=NAMES, name="甲"),
        sheet(*[["王伟", id_number(n), 5.0] for n in second], titles=NAMES, name="乙"),
    )


def crew(nets, days="26"):
    return batch(*[line(n, net=net, days=str(int(days) - n % 3)) for n, net in enumerate(nets, 1)])


def copied(days="26"):
    """Three lines, of which last month's first one had so many days."""
    before = [(n, Decimal(days if n == 1 else 26), Decimal("5377.13")) for n in (1, 2, 3)]
    last = LastMonth("2026-09", 3, Decimal("16131.39"), lambda: before)
    return batch(line(1), line(2), line(3), workers=[1, 2, 3], last_month=last)


BAD_CARD = card(1)[:-1] + str((int(card(1)[-1]) + 1) % 10)
WRONG = id_number(1)[:17] + ("1" if id_number(1)[17] != "1" else "2")
ODD = [f"{5000 + n * 13}.17" for n in range(40)]
MARCH, NOVEMBER = Stayed(datetime.date(2026, 3, 1)), Stayed(datetime.date(2026, 11, 1))
GONE = Stayed(datetime.date(2026, 3, 1), datetime.date(2026, 9, 30))
SHORT = Stayed(datetime.date(2026, 10, 20))
TWO = (row(1), row(2))

# code → what earns it, what doesn't.
EXAMPLES = {
    "name_missing": (lambda: changed(姓名=None), lambda: changed(姓名="阿依古丽·买买提")),
    "id_missing": (lambda: changed(身份证号=None), lambda: read(row(1))),
    "matched_by_name": (lambda: named(1), lambda: named(1, 2)),
    "id_length": (lambda: changed(身份证号=id_number(1)[:17]), lambda: changed(身份证号=id_number(1).lower())),
    "id_checksum": (lambda: changed(身份证号=WRONG), lambda: changed(身份证号=f" {id_number(1)} ")),
    "id_precision_lost": (lambda: changed(身份证号=1.1010519491231e17), lambda: changed(身份证号=id_number(1))),
    "id_birth_date": (lambda: changed(身份证号="62070219851301001X"), lambda: changed(身份证号=id_number(5))),
    "duplicate_worker": (lambda: read(row(1), row(1)), lambda: read(*TWO)),
    "card_missing": (lambda: changed(银行卡号=None), lambda: changed(银行卡号=f"{card(1)[:4]} {card(1)[4:]}")),
    "card_checksum": (lambda: changed(银行卡号=BAD_CARD), lambda: changed(银行卡号=card(9))),
    "card_precision_lost": (lambda: changed(银行卡号=6.2e18), lambda: changed(银行卡号=card(1, "621700"))),
    "shared_card": (lambda: read(row(1), row(2, 银行卡号=card(1))), lambda: read(*TWO)),
    "card_differs": (
        lambda: read(row(1), facts=worker(cards=[card(9)])),
        lambda: read(row(1), facts=worker(cards=[card(1)])),
    ),
    "shared_phone": (
        lambda: read(row(1), row(2, 姓名="李强", 手机号=row(1)[AT["手机号"] - 1])),
        lambda: read(row(1), row(2, 姓名="李强")),
    ),
    "unknown_bank": (lambda: changed(开户行="星际银行"), lambda: changed(开户行="工行张掖分行")),
    "amount_invalid": (lambda: changed(应发工资="六千"), lambda: changed(应发工资="6,000.00元")),
    "amount_negative": (lambda: changed(扣款=-1.0), lambda: changed(扣款=100.0)),
    "net_mismatch": (lambda: changed(实发工资=5399.0), lambda: changed(实发工资=5400.01)),
    "gross_below_days": (lambda: priced(7000.0), lambda: priced(7800.0)),
    "total_mismatch": (lambda: read(*TWO, total(10000.0)), lambda: read(*TWO, total(10800.0))),
    "formula_without_value": (lambda: changed(扣款=WITHOUT_VALUE), lambda: changed(扣款=100.0)),
    "formula_computed": (
        lambda: read(row(1), computed={AT["实发工资"]: (2,)}),
        lambda: read(row(1), computed={AT["序号"]: (2,), AT["实发工资"]: (9,)}),
    ),
    "days_invalid": (lambda: changed(出勤天数="全勤"), lambda: changed(出勤天数="26天半")),
    "days_over_month": (lambda: changed(出勤天数=32.0), lambda: changed(出勤天数=31.0)),
    "month_mismatch": (
        lambda: read(["王伟", id_number(1), "9月", 1.0], titles=["姓名", "身份证号", "月份", "实发工资"]),
        lambda: read(["王伟", id_number(1), "10月", 1.0], titles=["姓名", "身份证号", "月份", "实发工资"]),
    ),
    "hidden_row": (
        lambda: read(row(1), hidden_rows=frozenset((2,))),
        lambda: read(row(1), total(5400.0), hidden_rows=frozenset((3,))),
    ),
    "hidden_column": (
        lambda: read(row(1), hidden_columns=frozenset((AT["扣款"],))),
        lambda: read(row(1), hidden_columns=frozenset((AT["序号"],))),
    ),
    "unread_column": (
        lambda: read(["王伟", id_number(1), 900.0, 5400.0], titles=["姓名", "身份证号", "夜餐", "实发工资"]),
        lambda: read(["王伟", id_number(1), "好", 5400.0], titles=["姓名", "身份证号", "夜餐", "实发工资"]),
    ),
    "net_unexplained": (
        lambda: read(
            ["王伟", id_number(1), 9.0, 1.0, 8.5], titles=["姓名", "身份证号", "应发工资", "考核", "实发工资"]
        ),
        lambda: read(
            ["王伟", id_number(1), 9.0, 1.0, 9.0], titles=["姓名", "身份证号", "应发工资", "考核", "实发工资"]
        ),
    ),
    "pay_over_limit": (
        lambda: read(row(1), facts=Facts(pay_limit=Decimal(5000))),
        lambda: read(row(1), facts=Facts(pay_limit=Decimal(5400))),
    ),
    "unknown_worker": (lambda: read(row(2), facts=worker()), lambda: read(row(1), facts=worker())),
    "name_differs": (
        lambda: read(row(1), facts=worker(name="王卫")),
        lambda: read(row(1), facts=worker(name="王伟")),
    ),
    "underage": (lambda: born(2011, minimum=16), lambda: born(2009, minimum=16)),
    "overage": (lambda: born(1960, male=60, female=60), lambda: born(1970, male=60, female=60)),
    "below_minimum_wage": (lambda: waged(1500.0), lambda: waged(2020.0)),
    "sheet_left_out": (lambda: repeated([1, 2]), lambda: repeated([3, 4])),
    "other_month": (lambda: read(row(1), name="9月工资"), lambda: read(row(1), name="10月工资")),
    "amounts_converted": (
        lambda: read(["王伟", id_number(1), 1.0], titles=["姓名", "身份证号", "实发工资（万元）"]),
        lambda: read(["王伟", id_number(1), 1.0], titles=["姓名", "身份证号", "实发工资（元）"]),
    ),
    "rows_joined": (lambda: joined(True), lambda: joined(False)),
    "column_ambiguous": (lambda: rivals(lambda n: 4000.0 + n), lambda: rivals(lambda n: 5000.0 + n)),
    "column_by_content": (lambda: by_content("号"), lambda: by_content("身份证号")),
    # What the month and the others say.
    "paid_before_entry": (
        lambda: batch(line(), workers=[7], stays={7: [NOVEMBER]}),
        lambda: batch(line(), workers=[7], stays={7: [MARCH]}),
    ),
    "paid_after_exit": (
        lambda: batch(line(), workers=[7], stays={7: [GONE]}),
        lambda: batch(line(), workers=[7], stays={7: [MARCH]}),
    ),
    "days_over_stay": (
        lambda: batch(line(), workers=[7], stays={7: [SHORT]}),
        lambda: batch(line(days="12"), workers=[7], stays={7: [SHORT]}),
    ),
    "paid_by_other_employer": (
        lambda: batch(line(), workers=[7], paid_by_others=frozenset((7,))),
        lambda: batch(line(), workers=[7], paid_by_others=frozenset((8,))),
    ),
    "no_contract": (
        lambda: batch(line(), workers=[7], under_contract=frozenset((8,))),
        lambda: batch(line(), workers=[7], under_contract=frozenset((7,))),
    ),
    "days_over_attendance": (
        lambda: batch(line(), workers=[7], attended={7: Decimal(25)}),
        lambda: batch(line(), workers=[7], attended={7: Decimal(26)}),
    ),
    "days_under_attendance": (
        lambda: batch(line(), workers=[7], attended={7: Decimal("26.5")}),
        lambda: batch(line(), workers=[7], attended={7: Decimal(27)}, paid_by_others=frozenset((7,))),
    ),
    "paid_without_attendance": (
        lambda: batch(line(), workers=[7], attended={8: Decimal(1)}),
        lambda: batch(line(), workers=[7], attended={7: Decimal(26)}),
    ),
    "attended_not_paid": (
        lambda: batch(
            line(),
            workers=[7],
            attended={7: Decimal(26)},
            expected=frozenset((7, 8)),
            absent_names=lambda _workers: ["李*"],
        ),
        lambda: batch(line(), workers=[7], attended={7: Decimal(26)}, expected=frozenset((7,))),
    ),
    "roster_left_out": (
        lambda: batch(line(), workers=[7], present=frozenset((7, 8)), absent_names=lambda _workers: ["李*"]),
        lambda: batch(line(), workers=[7], present=frozenset((7, 8)), paid_by_others=frozenset((8,))),
    ),
    "same_day_other_site": (
        lambda: batch(line(), workers=[7], same_days={7: [datetime.date(2026, 10, 3)]}),
        lambda: batch(line(), workers=[7], same_days={8: [datetime.date(2026, 10, 3)]}),
    ),
    "identical_pay": (lambda: crew(["5377.13"] * 6), lambda: crew(ODD[:6])),
    "round_sums": (lambda: crew([f"{4000 + 100 * n}" for n in range(12)]), lambda: crew(ODD[:12])),
    "crew_outlier": (lambda: crew([*ODD[:6], "18000.17"]), lambda: crew([*ODD[:6], "7000.17"])),
    "consecutive_cards": (
        lambda: batch(*[line(n, net=ODD[n], number=card(n)) for n in range(1, 22)]),
        lambda: batch(*[line(n, net=ODD[n], number=card(n * 7)) for n in range(1, 22)]),
    ),
    "same_as_last_month": (lambda: copied(), lambda: copied(days="25")),
    "month_gap": (lambda: batch(line(), gap="2026年9月"), lambda: batch(line(), gap="")),
    "balance_too_low": (
        lambda: batch(line(), balance=Decimal("5377.12"), balance_is="余额为"),
        lambda: batch(line(), balance=Decimal("5377.13"), balance_is="余额为"),
    ),
}
# Not a check of a sheet, or one that needs the database; both their sides stand there.
ELSEWHERE = {
    "card_unconfirmed": "payouts/test_card_answers.py",
    "card_column_missing": "services/test_registered_cards_stand_in.py",
    "registered_card": "services/test_registered_cards_stand_in.py",
}


def test_no_check_is_declared_without_its_examples():
    assert EXAMPLES.keys() | ELSEWHERE.keys() == catalogue().keys()
    for code, place in ELSEWHERE.items():
        assert code in (Path(__file__).parents[1] / place).read_text("utf-8")


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_check_speaks_where_it_should_and_is_silent_beside_it(code):
    earns, doesnt = EXAMPLES[code]
    assert code in earns()
    assert code not in doesnt()


def test_a_faultless_sheet_earns_nothing_at_all():
    assert read(*TWO, total(10800.0)) == set()
