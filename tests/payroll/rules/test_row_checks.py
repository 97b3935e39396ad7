"""Each code of the contract has a row that earns it, and the faultless row earns none."""

import datetime
from decimal import Decimal

import pytest

from payroll.imports.parse import parse
from payroll.rules.checks import catalogue
from payroll.rules.facts import NOTHING_KNOWN, AgeLimits, Facts, KnownWorker, MinimumWageFigure
from sheets.reader import Sheet, Workbook
from sheets.values import WITHOUT_VALUE, ErrorValue
from tests.payroll.rules.people import TITLES, card, id_number, row


def parsed(*rows, facts=NOTHING_KNOWN, titles=TITLES, **about):
    book = Workbook("xlsx", [Sheet.of([titles, *rows], **about)])
    return parse(book, month="2025-10", facts=facts)


def codes(found):
    return [remark.code for remark in found.errors], [remark.code for remark in found.warnings]


def test_a_faultless_row_earns_no_remark():
    found = parsed(row(1), row(2))
    assert codes(found) == ([], [])
    assert (found.rows, found.accepted, found.rejected) == (2, 2, 0)
    assert found.total_net == Decimal("10800.00")


WRONG_CHECK = id_number(1)[:17] + ("1" if id_number(1)[17] != "1" else "2")
BAD_CARD = card(1)[:-1] + str((int(card(1)[-1]) + 1) % 10)


@pytest.mark.parametrize(
    ("code", "cell", "changes"),
    [
        ("name_missing", "B2", {"姓名": None}),
        ("name_missing", "B2", {"姓名": "  "}),
        ("name_missing", "B2", {"姓名": 12.0}),
        ("id_missing", "C2", {"身份证号": None}),
        ("id_missing", "C2", {"身份证号": ErrorValue("#N/A")}),
        ("id_length", "C2", {"身份证号": id_number(1)[:17]}),
        ("id_length", "C2", {"身份证号": "110105491231002"}),
        ("id_checksum", "C2", {"身份证号": WRONG_CHECK}),
        ("id_checksum", "C2", {"身份证号": "445281******06221X"}),
        ("id_precision_lost", "C2", {"身份证号": 110105194912310020.0}),
        ("id_precision_lost", "C2", {"身份证号": "1.10105E+17"}),
        ("id_birth_date", "C2", {"身份证号": "62070219851301001X"}),
        ("id_birth_date", "C2", {"身份证号": id_number(1, datetime.date(2025, 11, 1))}),
        ("card_missing", "E2", {"银行卡号": None}),
        ("card_missing", "E2", {"银行卡号": "现金"}),
        ("card_checksum", "E2", {"银行卡号": BAD_CARD}),
        ("card_precision_lost", "E2", {"银行卡号": 6.222020000000001e18}),
        ("amount_invalid", "L2", {"实发工资": None}),
        ("amount_invalid", "L2", {"实发工资": "五千"}),
        ("amount_invalid", "L2", {"实发工资": ErrorValue("#REF!")}),
        ("amount_invalid", "I2", {"应发工资": "6000+"}),
        ("amount_invalid", "J2", {"扣款": "见附件"}),
        ("amount_negative", "J2", {"扣款": -100.0}),
        ("net_mismatch", "L2", {"实发工资": 5399.98}),
        ("net_mismatch", "L2", {"预支": None}),
        ("days_invalid", "H2", {"出勤天数": "全勤"}),
        ("days_over_month", "H2", {"出勤天数": 32.0}),
        ("days_over_month", "H2", {"出勤天数": "31.5天"}),
    ],
)
def test_a_fault_earns_its_error_at_its_cell_and_keeps_only_its_row_out(code, cell, changes):
    found = parsed(row(1, **changes), row(2))
    assert code in [remark.code for remark in found.errors if remark.cell == cell and remark.row == 2]
    assert {remark.row for remark in found.errors} == {2}
    assert [line.row for line in found.lines] == [3]
    assert (found.rows, found.accepted, found.rejected) == (2, 1, 1)


def test_every_fault_of_a_row_is_told_at_once():
    found = parsed(row(1, 身份证号="123", 银行卡号=None, 出勤天数=40.0, 扣款="x"))
    assert sorted(codes(found)[0]) == ["amount_invalid", "card_missing", "days_over_month", "id_length"]


def test_a_negative_net_is_told():
    assert "amount_negative" in codes(parsed(row(1, 实发工资=-5400.0)))[0]


@pytest.mark.parametrize("net", [5400.01, 5399.99, "5,400.00元"])
def test_a_cent_of_rounding_is_no_mismatch(net):
    assert codes(parsed(row(1, 实发工资=net))) == ([], [])


def test_without_deduction_columns_a_difference_is_told_and_no_contradiction():
    titles = ["姓名", "身份证号", "应发工资", "实发工资"]
    assert codes(parsed(["王伟", id_number(1), 6000.0, 5000.0], titles=titles)) == ([], ["net_unexplained"])
    assert codes(parsed(["王伟", id_number(1), 6000.0, 6000.0], titles=titles)) == ([], [])
    titles = ["姓名", "身份证号", "应发工资", "扣款", "实发工资"]
    assert codes(parsed(["王伟", id_number(1), 6000.0, None, 5000.0], titles=titles))[0] == ["net_mismatch"]
    assert codes(parsed(["王伟", id_number(1), 6000.0, 1000.0, 5000.0], titles=titles))[0] == []


def test_single_deductions_are_added_up_and_an_unknown_amount_silences():
    titles = ["姓名", "身份证号", "应发工资", "社保", "个税", "某某", "实发工资"]
    assert codes(parsed(["王伟", id_number(1), 6000.0, 300.0, 50.0, None, 5650.0], titles=titles))[0] == []
    assert codes(parsed(["王伟", id_number(1), 6000.0, 300.0, 50.0, None, 5700.0], titles=titles))[0] == [
        "net_mismatch"
    ]
    assert codes(parsed(["王伟", id_number(1), 6000.0, 300.0, 50.0, 50.0, 5700.0], titles=titles))[0] == []


def test_days_times_price_never_errs():
    titles = ["姓名", "身份证号", "出勤天数", "日工资", "应发工资", "扣款", "实发工资"]
    found = parsed(["王伟", id_number(1), 26.0, 300.0, 6000.0, 0.0, 6000.0], titles=titles)
    assert codes(found) == ([], ["gross_below_days"])
    assert found.warnings[0].severity == "notice"
    assert "少 1,800.00 元" in found.warnings[0].message
    # Overtime makes it more, a month's price makes it nonsense.
    for price in (200.0, 230.76, 6000.0):
        assert codes(parsed(["王伟", id_number(1), 26.0, price, 6000.0, 0.0, 6000.0], titles=titles)) == ([], [])


def test_a_price_that_fits_few_rows_is_of_another_kind_and_not_told():
    titles = ["姓名", "身份证号", "出勤天数", "日工资", "应发工资", "扣款", "实发工资"]

    def paid(n, gross):
        return ["王伟", id_number(n), 26.0, 300.0, gross, 0.0, gross]

    mostly_right = [paid(n, 7800.0) for n in range(1, 10)] + [paid(10, 6000.0)]
    assert codes(parsed(*mostly_right, titles=titles)) == ([], ["gross_below_days"])
    mostly_off = [paid(n, 6000.0) for n in range(1, 10)] + [paid(10, 7800.0)]
    assert codes(parsed(*mostly_off, titles=titles)) == ([], [])


def test_a_second_row_of_the_same_worker_errs_and_names_the_first():
    found = parsed(
        row(1), row(2), row(3, 身份证号=id_number(1).lower() if "X" in id_number(1) else f" {id_number(1)} ")
    )
    assert [(remark.code, remark.row) for remark in found.errors] == [("duplicate_worker", 4)]
    assert "第 2 行" in found.errors[0].message


@pytest.mark.parametrize("number", ["12345678901234567", "79927398710", "9558801234567890123"])
def test_other_cards_that_fail_the_check_only_warn(number):
    found = parsed(row(1, 银行卡号=number))
    assert codes(found) == ([], ["card_checksum"])
    assert found.lines[0].bank_card == number


def test_an_unknown_bank_is_a_notice():
    found = parsed(row(1, 开户行="星际银行"), row(2, 开户行="农行张掖分行"))
    assert [(remark.code, remark.severity) for remark in found.warnings] == [("unknown_bank", "notice")]
    assert found.accepted == 2


def test_shared_cards_and_telephones_warn():
    found = parsed(row(1), row(2, 姓名="李娜", 银行卡号=card(1), 手机号="13800000001"))
    assert codes(found) == ([], ["shared_card", "shared_phone"])


def test_a_formula_without_result_warns_and_its_amount_is_missing():
    found = parsed(row(1, 实发工资=WITHOUT_VALUE), row(2, 预支=WITHOUT_VALUE, 实发工资=5900.0))
    assert codes(found) == (["amount_invalid"], ["formula_without_value"] * 2)
    assert found.warnings[0].cell == "L2"


def test_a_hidden_row_is_counted_and_told():
    found = parsed(row(1), row(2), hidden_rows=frozenset({3}))
    assert codes(found) == ([], ["hidden_row"])
    assert found.warnings[0].row == 3
    assert found.accepted == 2


MONTHED = [*TITLES, "工资月份"]


def test_another_month_errs():
    assert codes(parsed([*row(1), "2025年9月"], titles=MONTHED))[0] == ["month_mismatch"]
    assert codes(parsed([*row(1), "上月"], titles=MONTHED))[0] == ["month_mismatch"]
    for same in ("2025-10", "10月", 45931.0, None, datetime.date(2025, 10, 1)):
        assert codes(parsed([*row(1), same], titles=MONTHED)) == ([], [])


def known(**about):
    worker = KnownWorker(ref=7, name="王伟", cards=frozenset({card(1)}))
    return Facts(worker_of={id_number(1): worker}.get, **about)


def test_the_roster_speaks():
    assert codes(parsed(row(1), facts=known())) == ([], [])
    assert codes(parsed(row(2), facts=known()))[1] == ["unknown_worker"]
    assert codes(parsed(row(1, 姓名="王玮"), facts=known()))[1] == ["name_differs"]
    assert codes(parsed(row(1, 银行卡号=card(9)), facts=known()))[1] == ["card_differs"]
    assert parsed(row(1), facts=known()).lines[0].worker.ref == 7


def test_cards_are_compared_by_the_callers_key():
    worker = KnownWorker(ref=7, name="王伟", cards=frozenset({f"key {card(1)}"}))
    facts = Facts(worker_of=lambda number: worker, card_key=lambda number: f"key {number}")
    assert codes(parsed(row(1), facts=facts)) == ([], [])


def test_the_minimum_wage_is_silent_until_it_is_known():
    low = row(1, 应发工资=1000.0, 扣款=0.0, 预支=0.0, 实发工资=1000.0)
    figure = MinimumWageFigure(monthly=Decimal("2000"), paid_days=Decimal("21.75"))
    assert codes(parsed(low)) == ([], [])
    assert codes(parsed(low, facts=Facts(minimum_wage=figure)))[1] == ["below_minimum_wage"]
    few = row(1, 出勤天数=5.0, 应发工资=1000.0, 扣款=0.0, 预支=0.0, 实发工资=1000.0)
    assert codes(parsed(few, facts=Facts(minimum_wage=figure))) == ([], [])


@pytest.mark.parametrize(
    ("born", "code"),
    [((2009, 10, 31), None), ((2009, 11, 1), "underage"), ((1964, 1, 1), "overage"), ((1965, 10, 31), None)],
)
def test_ages_warn_by_the_limits_passed_in(born, code):
    number = id_number(1, datetime.date(*born))
    facts = Facts(ages=AgeLimits(minimum=16, male=60, female=60))
    assert codes(parsed(row(1, 身份证号=number), facts=facts))[1] == ([code] if code else [])
    assert codes(parsed(row(1, 身份证号=number))) == ([], [])


def test_without_an_id_column_the_roster_stands_in_where_a_name_is_the_only_one():
    titles = ["姓名", "银行卡号", "实发工资"]
    one, two = KnownWorker(1, "王伟"), KnownWorker(2, "李娜")
    facts = Facts(workers_named={"王伟": [one], "李娜": [two, KnownWorker(3, "李娜")]}.get)
    facts = Facts(workers_named=lambda name: {"王伟": [one], "李娜": [two, two]}.get(name, []))
    found = parsed(["王伟", card(1), 1.0], ["李娜", card(2), 1.0], ["赵强", card(3), 1.0], facts=facts, titles=titles)
    assert [(remark.code, remark.row) for remark in found.errors] == [("id_missing", 3), ("id_missing", 4)]
    assert found.lines[0].worker is one


def test_messages_are_sentences_that_hide_what_is_personal():
    found = parsed(
        row(1, 身份证号=WRONG_CHECK, 银行卡号=BAD_CARD, 实发工资="6222020000000000015"),
        row(2),
        row(3, 银行卡号=card(2), 姓名="李娜"),
    )
    for remark in (*found.errors, *found.warnings):
        assert remark.message.endswith("。")
        assert remark.code in catalogue()
        assert WRONG_CHECK not in remark.message
        assert BAD_CARD not in remark.message
        assert "6222020000000000015" not in remark.message
        assert WRONG_CHECK[6:14] not in remark.message
