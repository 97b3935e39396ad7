"""The short way through the row checks says what the long one says, whatever stands in the cells."""

import string
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.rules.checks import ORDER, RowChecks
from payroll.rules.facts import AgeLimits, Facts, KnownWorker, MinimumWageFigure
from payroll.rules.month import Month
from payroll.rules.net import Sum
from sheets.values import WITHOUT_VALUE, ErrorValue, column_letter
from tests.payroll.rules.people import card, id_number

LETTERS = {name: column_letter(at) for at, name in enumerate(ORDER, start=1)}
HOW = Sum(computable=True, gross=(12,), deductions=(13,), has_advance=True)
KNOWN = KnownWorker(7, "王伟", frozenset({card(1)}))
FACTS = Facts(
    worker_of={id_number(1): KNOWN}.get,
    minimum_wage=MinimumWageFigure(Decimal(2020), Decimal("21.75")),
    ages=AgeLimits(16, 60, 55),
    pay_limit=Decimal(50000),
)
odd = st.one_of(
    st.none(),
    st.just(WITHOUT_VALUE),
    st.just(ErrorValue("#REF!")),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(alphabet=string.digits + "-.,元天 　王伟李·（）xX/", max_size=20),
)
money = st.one_of(st.integers(0, 9_000_000).map(lambda cents: cents / 100), st.sampled_from([0.0, -1.0, 1e8, 6e4]), odd)
cells = {
    "seq": st.one_of(st.none(), st.integers(1, 999).map(float)),
    "name": st.one_of(st.sampled_from(["王伟", "李 娜", "阿依古丽·买买提", "王伟 ", "Wang Wei", "12"]), odd),
    "id_number": st.one_of(st.integers(1, 3).map(id_number), odd),
    "phone": st.one_of(st.sampled_from(["13800000001", "138 0000 0001", 13800000001.0]), odd),
    "bank_card": st.one_of(st.integers(1, 3).map(card), odd),
    "bank_name": st.one_of(st.sampled_from(["甘肃银行", "星际银行", ""]), odd),
    "crew": odd,
    "trade": odd,
    "days": st.one_of(st.integers(0, 70).map(lambda halves: halves / 2), odd),
    "hours": odd,
    "unit_price": money,
    "gross": money,
    "deductions": money,
    "advance": money,
    "net_pay": money,
    "signed": odd,
    "remark": odd,
    "month": st.one_of(st.none(), st.just("2025-10"), odd),
}
rows = st.lists(st.tuples(*(cells[name] for name in ORDER)), min_size=1, max_size=4)


def said(sheet, *, facts, hurried):
    checks = RowChecks(month=Month(2025, 10), letters=LETTERS, how=HOW, facts=facts, hurried=hurried)
    lines = [checks.check(number, values, list(values)) for number, values in enumerate(sheet, start=2)]
    checks.finish()
    return lines, checks.errors, checks.warnings, checks.total_net


@settings(max_examples=80, deadline=None)
@given(sheet=rows, facts=st.sampled_from([Facts(), FACTS]))
def test_both_ways_agree_on_every_row(sheet, facts):
    assert said(sheet, facts=facts, hurried=True) == said(sheet, facts=facts, hurried=False)


@settings(max_examples=50, deadline=None)
@given(gross=st.integers(0, 9_999_999), taken=st.integers(0, 99_999), days=st.integers(0, 62), text=st.booleans())
def test_numbers_and_their_texts_are_the_same_amounts(gross, taken, days, text):
    def typed(number):
        return repr(number) if text else number

    net = max(0, gross - taken)
    amounts = {"gross": gross / 100, "deductions": (gross - net) / 100, "net_pay": net / 100, "days": days / 2}
    plain = {"name": "王伟", "id_number": id_number(1), "bank_card": card(1)}
    values = tuple((plain | {name: typed(value) for name, value in amounts.items()}).get(name) for name in ORDER)
    (line,), errors, _warnings, _total = said([values], facts=Facts(), hurried=True)
    assert errors == []
    assert (line.gross, line.net) == (Decimal(gross) / 100, Decimal(net) / 100)
    assert line.days == Decimal(days) / 2
