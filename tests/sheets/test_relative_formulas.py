"""References told from where a formula stands mean the same cells as those told from the corner of the sheet."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.computing import Written, computed
from sheets.formulas import NotComputable, parse
from sheets.relative import Relative
from sheets.values import column_letter

HEIGHT, WIDTH = 6, 5
CELLS = [[float(10 * row + column) for column in range(1, WIDTH + 1)] for row in range(1, HEIGHT + 1)]
PLACES = st.tuples(st.integers(1, HEIGHT), st.integers(1, WIDTH))
# A cell by its place, with row and column fixed or not.
REFERENCES = st.tuples(PLACES, st.booleans(), st.booleans())
SPOT = (HEIGHT + 2, WIDTH + 2)


def relative(reference, spot):
    (row, column), row_fixed, column_fixed = reference
    down, right = row - spot[0], column - spot[1]
    return f"R{row if row_fixed else f'[{down}]' if down else ''}C{column if column_fixed else f'[{right}]' if right else ''}"


def absolute(reference):
    (row, column), row_fixed, column_fixed = reference
    return f"{'$' if column_fixed else ''}{column_letter(column)}{'$' if row_fixed else ''}{row}"


@settings(max_examples=200)
@given(
    references=st.lists(REFERENCES, min_size=1, max_size=4),
    area=st.tuples(REFERENCES, REFERENCES),
    first=st.tuples(st.integers(SPOT[0], 20), st.integers(SPOT[1], 20)),
)
def test_the_same_cells_are_meant_in_both_ways_of_writing(references, area, first):
    formulas = [
        "="
        + "+".join(map(write, references))
        + f'*2-SUM({":".join(map(write, area))})+IF("RC"="RC",1,R0)'.replace("R0", "0")
        for write in (lambda one: relative(one, SPOT), absolute)
    ]
    turned = Relative()
    turned.written(first, formulas[0])  # seen elsewhere before: told from there, and moved
    written = turned.written(SPOT, formulas[0])
    wanted = computed({SPOT: Written(formulas[1][1:])}, CELLS, {})
    assert computed({SPOT: written}, CELLS, {}) == wanted
    assert SPOT in wanted


@settings(max_examples=300)
@given(st.text(alphabet='RrC1[]-9:$ASUM(),+* ."!表', max_size=25), PLACES)
def test_any_text_is_turned_or_left_alone(text, spot):
    written = Relative().written(spot, text)
    if written is not None:
        with contextlib.suppress(NotComputable):
            parse(written.text)


def test_what_points_out_of_the_sheet_at_one_place_is_understood_at_another():
    formulas = Relative()
    assert formulas.written((1, 1), "=RC[-1]+1") is None
    assert formulas.written((1, 2), "=RC[-1]+1") == Written("A1+1")
    assert formulas.written((3, 2), "=RC[-1]+1") == Written("A1+1", down=2)


def test_what_means_something_else_in_the_other_way_of_writing_is_left_alone():
    for text in (
        "=C1",
        "=SUM(C1)",
        "=R1",
        "=A1",
        "=SUM(A1:B2)",
        "=C[-1]",
        "=R[-1]",
        "=RC1:C2",
        "=表!RC",
        "=RC.5",
        "=ARC",
    ):
        assert Relative().written((5, 5), text) is None, text
