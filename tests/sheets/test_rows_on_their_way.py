"""What the child packs is what its parent unpacks, whatever the cells hold."""

import datetime
import math

from hypothesis import given
from hypothesis import strategies as st

from sheets.cells import pack, unpack
from sheets.values import ErrorValue

CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(
        ["null", '{"', '{"e":"x"}', "NaN", "Infinity", "[null]", "\\", '"', "\u2028", "620702199001010011"]
    ),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(datetime.timedelta(0), datetime.timedelta(999)),
    st.sampled_from([ErrorValue("#N/A"), ErrorValue("formula")]),
)


def exactly(rows):
    """Rows with the kinds of their cells: 1.0 is not True."""
    return [[(type(cell), cell) for cell in row] for row in rows]


@given(st.lists(st.lists(CELLS, max_size=8), max_size=8))
def test_rows_come_back_as_they_were_packed(rows):
    text = pack(rows)
    assert b"\n" not in text
    assert exactly(unpack(text)) == exactly(rows)


@given(st.lists(st.one_of(CELLS, st.sampled_from([math.nan, math.inf, -math.inf])), max_size=8))
def test_a_number_that_is_none_comes_back_as_an_error_and_never_as_a_blank(row):
    expected = [ErrorValue("#NUM!") if type(cell) is float and not math.isfinite(cell) else cell for cell in row]
    assert exactly(unpack(pack([row]))) == exactly([expected])


def test_half_a_surrogate_is_replaced_and_everything_else_stays():
    assert unpack(pack([["\ud800", 26.0, None]])) == [["?", 26.0, None]]
