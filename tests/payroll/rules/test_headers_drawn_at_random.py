"""Titles in one to three rows, merged or not: every column is what it was drawn as, and every row is held against itself."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from payroll.imports.parse import parse
from sheets.values import column_letter
from tests.payroll.rules.headers import FIELDS, drawn

MONTH = "2026-10"
SEEDS = st.integers(0, 10**9)


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_every_column_is_taken_for_what_it_was_drawn_as(seed):
    sheet = drawn(random.Random(seed))
    found = parse(sheet.workbook, month=MONTH)
    assert found.errors == []
    # One single deduction is as good as their total: what is kept of the rows decides.
    fields = [name for name in FIELDS if name != "deductions"]
    assert {name: found.columns.get(name) for name in fields} == {
        name: column_letter(sheet.columns[name]) if name in sheet.columns else None for name in fields
    }
    kept = [(line.id_number, line.days, line.unit_price, line.gross, line.net) for line in found.lines]
    assert kept == [
        (
            one["id_number"],
            one["days"] if "days" in sheet.columns else None,
            one["unit_price"] if "unit_price" in sheet.columns else None,
            one["gross"],
            one["net_pay"],
        )
        for one in sheet.people
    ]
    assert [line.bank_card for line in found.lines] == [one["bank_card"] for one in sheet.people]
    assert [(line.deductions or 0, line.advance or 0) for line in found.lines] == [
        (one["deductions"], one["advance"]) for one in sheet.people
    ]


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.integers(0, 2), st.sampled_from([-3.5, 0.02, 100.0]))
def test_a_net_pay_that_contradicts_its_row_is_found_under_every_header(seed, index, by):
    sheet = drawn(random.Random(seed))
    found = parse(sheet.spoilt(index, by), month=MONTH)
    told = [(remark.row, remark.code) for remark in found.errors]
    # Without anything that is taken off there is nothing to compute: the sheet may simply not show it.
    assert told == ([(sheet.data_row + index, "net_mismatch")] if sheet.computable else [])
