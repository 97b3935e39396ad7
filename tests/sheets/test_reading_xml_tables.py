"""SpreadsheetML 2003, mostly named .xls: what its types, places and marks say, and what it may cost."""

import dataclasses
import datetime

import pytest

from sheets.reader import Range, read
from sheets.refusal import Refusal
from sheets.values import ErrorValue, lost_precision
from tests.sheets.making import QUICK, spreadsheetml, values

ID = "110105194912310021"


def cell(text, kind="String", **attributes):
    said = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f'<Cell{said}><Data ss:Type="{kind}">{text}</Data></Cell>'


def row(*cells, **attributes):
    said = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f"<Row{said}>{''.join(cells)}</Row>"


def sheet(*rows, **facts):
    return read(spreadsheetml("".join(rows), **facts).encode(), QUICK).sheets[0]


def code(data):
    with pytest.raises(Refusal) as caught:
        read(data, QUICK)
    return caught.value.code


def test_types_are_what_the_file_says_and_ids_stay_texts():
    found = sheet(
        row(
            cell(ID),
            cell("0012"),
            cell("6000.5", "Number"),
            cell("1", "Boolean"),
            cell("2025-10-01T00:00:00.000", "DateTime"),
            cell("2025-10-01T08:30:00.000", "DateTime"),
            cell("1899-12-31T08:30:00.000", "DateTime"),
            cell("#N/A", "Error"),
            cell(ID, "Number"),
            cell("1_000", "Number"),
        )
    )
    assert values(found)[0][:8] == [
        ID,
        "0012",
        6000.5,
        True,
        datetime.date(2025, 10, 1),
        datetime.datetime.fromisoformat("2025-10-01T08:30:00"),
        datetime.time(8, 30),
        ErrorValue("#N/A"),
    ]
    assert lost_precision(values(found)[0][8])
    assert values(found)[0][9] == "1_000"


def test_indexes_merges_and_hidden_rows_and_columns_stand_where_a_person_sees_them():
    found = sheet(
        '<Column ss:Index="2" ss:Span="1" ss:Hidden="1"/><Column/><Column ss:Width="0"/>',
        row(cell("工资表", MergeAcross=3)),
        row(cell("一队", Index=2, MergeDown=1), cell("王伟"), Index=4, Hidden=1),
        row(cell("李娜", Index=3)),
    )
    assert list(found.rows()) == [
        (1, ["工资表"]),
        (2, []),
        (3, []),
        (4, [None, "一队", "王伟"]),
        (5, [None, None, "李娜"]),
    ]
    assert found.merged == [Range(1, 1, 1, 4), Range(4, 2, 5, 2)]
    assert found.hidden_rows == {4}
    assert found.hidden_columns == {2, 3, 5}


def test_rich_text_is_whole_and_comments_are_no_text():
    rich = (
        f'<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>{ID[:6]}</B><Font>{ID[6:]}</Font>'
        "</ss:Data><Comment><ss:Data><B>注</B></ss:Data></Comment></Cell>"
    )
    assert values(sheet(row(rich, cell("a&#10;b&amp;<![CDATA[<c>]]>")))) == [[ID, "a\nb&<c>"]]


def formula(text, result="0", kind="Number"):
    """A cell with a formula; without a result where that is None."""
    data = "" if result is None else f'<Data ss:Type="{kind}">{result}</Data>'
    return f'<Cell ss:Formula="{text.replace(chr(34), "&quot;")}">{data}</Cell>'


def test_a_formula_without_its_result_is_told_from_an_empty_text_and_from_a_blank():
    found = sheet(
        row(
            formula("=VLOOKUP(RC[1],R1C1:R9C9,2)", None),
            formula("=1", "1"),
            formula('=""', "", "String"),
            '<Cell ss:StyleID="s1"/>',
            cell("末"),
        )
    )
    assert values(found) == [[ErrorValue("formula"), 1.0, None, None, "末"]]


def paid(*, total=None, net=None, days=30):
    """Two people whose pay is left to formulas, and their sum."""
    head = row(cell("姓名"), cell("天数"), cell("单价"), cell("应发"), cell("实发"))
    body = [
        row(
            cell(name),
            cell(str(days), "Number"),
            cell("200.5", "Number"),
            formula("=RC[-2]*RC[-1]", total),
            formula("=ROUND(RC[-1]-100,2)", net),
        )
        for name in ("王伟", "李娜")
    ]
    return sheet(
        head, *body, row(cell("合计"), formula("=SUM(R2C:R[-1]C)", total).replace("<Cell", '<Cell ss:Index="4"'))
    )


@pytest.mark.parametrize("missing", [None, "0", "0.0"])
def test_formulas_without_a_result_and_with_a_placeholder_are_computed(missing):
    found = paid(total=missing, net=missing)
    assert [cells[3:] for cells in values(found)] == [["应发", "实发"], [6015.0, 5915.0], [6015.0, 5915.0], [12030.0]]
    assert found.computed == {4: (2, 3, 4), 5: (2, 3)}


def test_a_zero_beside_another_result_is_a_zero():
    found = paid(total="6015", net="0")
    assert [cells[4] for cells in values(found)[1:3]] == [0.0, 0.0]
    assert not found.computed


def test_a_placeholder_whose_formula_is_not_understood_is_no_zero():
    for text in ("=VLOOKUP(RC1,R1C1:R9C2,2)", "=SUM(C1)", "=A1+1", "=RC[-9]", "=表2!RC[-1]", "=R[1048576]C9999999"):
        assert values(sheet(row(cell("5", "Number"), formula(text)))) == [[5.0, ErrorValue("formula")]], text


def test_a_placeholder_after_thousands_of_rows_is_found_and_results_end_the_waiting():
    plain = row(cell("甲"), cell("1", "Number")) * 2000
    found = sheet(plain, row(cell("甲"), formula("=R[-1]C+1")))
    assert values(found)[-1] == ["甲", ErrorValue("formula")]  # rows above were handed on: told, not computed
    assert not found.computed
    found = sheet(row(cell("甲"), formula("=2", "0")), plain, row(cell("甲"), formula("=2", "2")), plain)
    assert values(found)[0] == ["甲", 0.0]
    assert found.height == 4002


def test_a_cell_outside_of_any_row_is_damage():
    assert code(spreadsheetml(row(cell("a")) + cell("b")).encode()) == "corrupt"


def test_hidden_sheets_are_said_to_be_hidden():
    data = spreadsheetml(
        row(cell("a")),
        options="<Visible>SheetVeryHidden</Visible>",
        more='<Worksheet ss:Name="二"><Table><Row><Cell><Data ss:Type="String">b</Data></Cell></Row></Table></Worksheet>',
    )
    assert [(page.name, page.state) for page in read(data.encode(), QUICK).sheets] == [
        ("工资", "very_hidden"),
        ("二", "visible"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb2312", "gb18030", "utf-16"])
def test_every_encoding_in_use_is_read_whatever_the_declaration_says(encoding):
    for declared in ("UTF-8", "gb2312", "utf-16"):
        text = spreadsheetml(row(cell("王伟")), declared=declared)
        book = read(text.encode(encoding), QUICK)
        assert (book.kind, values(book.sheets[0])) == ("spreadsheetml", [["王伟"]])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (row(cell("a", Index=2147483648)), "too_many_columns"),
        (row(cell("a"), Index=2147483648), "too_many_rows"),
        (row(cell("a", MergeAcross=10**9)), "too_many_columns"),
        (row(cell("a", MergeDown=10**9)), "too_many_rows"),
        (row(cell("a"), Span=10**9) + row(cell("b")), "too_many_rows"),
        (row(cell("a", Index=2), cell("b", Index=2)), "corrupt"),
        (row(cell("a"), Index=2) + row(cell("b"), Index=1), "corrupt"),
        (row(cell("长" * 40_000)), "too_large"),
        ("<Row>" + "<B>" * 100, "corrupt"),
        ("<Row>", "corrupt"),
        ("", "empty"),
    ],
)
def test_what_costs_too_much_or_makes_no_sense_is_refused(rows, expected):
    assert code(spreadsheetml(rows).encode()) == expected


def test_entities_are_never_followed():
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    for name in "ab":
        assert code(spreadsheetml(row(cell(f"&{name};")), doctype=laughs).encode()) == "corrupt"
    assert code(spreadsheetml(row(cell("a")), doctype=laughs).encode()) == "corrupt"


def test_the_caps_bite_only_above_themselves():
    ten = spreadsheetml(row(cell("a")) * 10).encode()
    assert read(ten, dataclasses.replace(QUICK, max_rows=10)).sheets[0].height == 10
    with pytest.raises(Refusal) as caught:
        read(ten, dataclasses.replace(QUICK, max_rows=9))
    assert caught.value.code == "too_many_rows"
    with pytest.raises(Refusal) as caught:
        read(ten, dataclasses.replace(QUICK, max_cells=9))
    assert caught.value.code == "too_large"


def test_rows_are_whole_over_the_borders_of_pieces():
    rows = [[f"王{n}", ID, str(n)] for n in range(3000)]
    assert values(sheet("".join(row(*map(cell, cells)) for cells in rows))) == rows
