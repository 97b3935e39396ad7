"""An XML table (SpreadsheetML 2003) comes back with remarks and looks as it came, whatever its styles say."""

import io
import json
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets import xml_looks
from sheets.annotate import annotate
from sheets.defence import MOST_STYLES
from sheets.marks import COLOURS
from tests.sheets.making import spreadsheetml

STYLES = """<Styles>
<Style ss:ID="Default"><Alignment ss:Vertical="Center"/><Font ss:FontName="宋体" ss:Size="10"/></Style>
<Style ss:ID="title"><Alignment ss:Horizontal="Center"/><Font ss:FontName="黑体" ss:Size="18" ss:Bold="1"/></Style>
<Style ss:ID="head"><Alignment ss:Horizontal="Center" ss:WrapText="1"/>
 <Borders><Border ss:Position="Left" ss:LineStyle="Continuous" ss:Weight="1" ss:Color="#112233"/>
 <Border ss:Position="Bottom" ss:LineStyle="Double"/></Borders><Interior ss:Color="#C0C0C0" ss:Pattern="Solid"/></Style>
<Style ss:ID="money"><NumberFormat ss:Format="Standard"/></Style>
<Style ss:ID="loud" ss:Parent="money"><Font ss:FontName="宋体" ss:Color="#FF0000" ss:Italic="1" ss:Underline="Single"/></Style>
</Styles>"""
BODY = """<Column ss:Width="60" ss:Span="1"/><Column ss:StyleID="money" ss:Width="126"/>
<Row ss:Height="30"><Cell ss:StyleID="title" ss:MergeAcross="2"><Data ss:Type="String">工资发放表</Data></Cell></Row>
<Row ss:StyleID="head"><Cell><Data ss:Type="String">姓名</Data></Cell><Cell><Data ss:Type="String">身份证号</Data></Cell>
<Cell><Data ss:Type="String">实发工资</Data></Cell></Row>
<Row ss:Index="4"><Cell><Data ss:Type="String">王伟</Data></Cell>
<Cell><Data ss:Type="String">620702198001010012</Data></Cell><Cell><Data ss:Type="Number">5380</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">李娜</Data></Cell><Cell ss:Index="3" ss:StyleID="loud"><Data ss:Type="Number">6100.5</Data></Cell></Row>"""
FROZEN = "<FreezePanes/><FrozenNoSplit/><SplitHorizontal>2</SplitHorizontal>"
MARKS = [(4, 2, "error", "身份证号不对"), (5, 3, "warning", "请核对")]


def table(rows=BODY, styles=STYLES, options=FROZEN) -> bytes:
    return spreadsheetml(rows, options=options).replace("<Worksheet ", styles + "<Worksheet ", 1).encode()


@pytest.mark.parametrize(("rows", "kept"), [(50, True), (800, False)])
def test_looks_of_hundreds_of_thousands_of_empty_cells_are_left_out(rows, kept):
    data = table(BODY + '<Row><Cell ss:Index="512" ss:StyleID="title"/></Row>' * rows)
    page = openpyxl.load_workbook(io.BytesIO(annotate(data, MARKS)))["工资"]
    assert (page["A1"].font.name == "黑体") == kept
    assert page["B4"].comment.text == "身份证号不对"


@pytest.fixture(scope="module")
def returned():
    return openpyxl.load_workbook(io.BytesIO(annotate(table(), MARKS)))["工资"]


def test_values_and_remarks_stand_where_they_stood(returned):
    assert [[cell.value for cell in row] for row in returned["A1:C5"]] == [
        ["工资发放表", None, None],
        ["姓名", "身份证号", "实发工资"],
        [None, None, None],
        ["王伟", "620702198001010012", 5380],
        ["李娜", None, 6100.5],
    ]
    assert (returned["B4"].comment.text, returned["C5"].comment.text) == ("身份证号不对", "请核对")


def test_fonts_fills_borders_and_formats_are_kept(returned):
    title, head, amount, loud = returned["A1"], returned["B2"], returned["C4"], returned["C5"]
    assert (title.font.name, title.font.sz, title.font.b, title.alignment.horizontal) == ("黑体", 18, True, "center")
    assert (head.fill.start_color.rgb, head.alignment.wrap_text) == ("FFC0C0C0", True)
    assert (head.border.left.style, head.border.left.color.rgb, head.border.bottom.style) == (
        "thin",
        "FF112233",
        "double",
    )
    assert (head.font.name, head.font.sz, head.alignment.vertical) == ("宋体", 10, "center")
    assert amount.number_format == loud.number_format == "#,##0.00"
    assert (loud.font.color.rgb, loud.font.i, loud.font.u, loud.font.sz) == ("FFFF0000", True, "single", 10)
    assert returned["B4"].number_format == "@"  # an ID typed over keeps its digits


def test_widths_heights_merged_and_frozen_parts_are_kept(returned):
    widths = [returned.column_dimensions[letter].width for letter in "AC"]
    assert widths == pytest.approx([(80 - 5) / 7, (168 - 5) / 7], abs=1)
    assert returned.row_dimensions[1].height == 30
    assert [str(area) for area in returned.merged_cells.ranges] == ["A1:C1"]
    assert returned.freeze_panes == "A3"


def test_a_remark_changes_the_colour_of_its_cell_and_nothing_else(returned):
    loud = returned["C5"]
    assert loud.fill.start_color.rgb.endswith(COLOURS["warning"])
    assert (loud.number_format, loud.font.color.rgb) == ("#,##0.00", "FFFF0000")
    assert returned["A5"].fill.fill_type is None


def test_a_table_without_styles_comes_back_readable():
    page = openpyxl.load_workbook(io.BytesIO(annotate(table(styles="", options=""), MARKS)))["工资"]
    assert page["A4"].value == "王伟"
    assert page.freeze_panes is None


def test_more_looks_than_anybody_drew_cost_no_more_than_a_workbook_can_hold():
    many = MOST_STYLES + 500
    styles = "".join(f'<Style ss:ID="s{n}"><Font ss:Color="#{n:06x}"/></Style>' for n in range(many))
    rows = "".join(f'<Row><Cell ss:StyleID="s{n}"><Data ss:Type="String">a</Data></Cell></Row>' for n in range(many))
    box = io.BytesIO()
    xml_looks.looks_in_child(table(rows, f"<Styles>{styles}</Styles>").decode(), box)
    said, sheet = [json.loads(line[1:]) for line in box.getvalue().splitlines()]
    numbers = [styled[0] for _row, styled in sheet["sheet"]["rows"]]
    assert len(said["styles"]) == MOST_STYLES + 1
    assert numbers[:MOST_STYLES] == list(range(MOST_STYLES))
    assert {said["styles"][number].get("font_color") for number in numbers[MOST_STYLES:]} == {None}, "plain"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Currency", "#,##0.00"),
        ("Short Time", "h:mm"),
        (r"#,##0.00_ ;[Red]\-#,##0.00\ ", r"#,##0.00_ ;[Red]\-#,##0.00\ "),
        ("General", "General"),
        ("[bogus]0", "General"),
        ("0;0;0;0;0", "General"),
    ],
)
def test_number_formats_are_taken_where_excel_would_open_them(said, kept):
    styles = f'<Styles><Style ss:ID="money"><NumberFormat ss:Format="{said}"/></Style></Styles>'
    page = openpyxl.load_workbook(io.BytesIO(annotate(table(styles=styles), [])))["工资"]
    assert page["C4"].number_format == kept


WORDS = st.one_of(
    st.sampled_from(
        ["1", "-1", "0", "400", "9e9", "#FFFFFF", "#12", "Solid", "Left", "Continuous", "Double", "Default"]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters='<&"\ufffe\uffff'), max_size=40
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    traits=st.lists(
        st.tuples(
            st.sampled_from(["Font", "Alignment", "Border", "Interior", "NumberFormat"]),
            st.dictionaries(
                st.sampled_from(
                    "FontName Size Color Bold Underline Horizontal Vertical WrapText Rotate Indent Position LineStyle"
                    " Weight Pattern Format".split()
                ),
                WORDS,
            ),
        ),
        max_size=6,
    ),
    width=WORDS,
    parent=WORDS,
)
def test_whatever_a_style_says_the_table_comes_back_whole(traits, width, parent):
    said = "".join(
        f"<{name} " + " ".join(f'ss:{key}="{value}"' for key, value in facts.items()) + "/>" for name, facts in traits
    )
    styles = f'<Styles><Style ss:ID="money" ss:Parent="{parent}">{said}</Style></Styles>'
    rows = BODY.replace('ss:Width="126"', f'ss:Width="{width}"')
    text, box = table(rows, styles).decode(), io.BytesIO()
    xml_looks.looks_in_child(text, box)  # here, where a fault is seen: the child's would only make the table plain
    assert box.getvalue().count(b"\n") == 2
    back = annotate(text.encode(), MARKS)
    # The stored numbers: a format of any words may make a date of them.
    stored = zipfile.ZipFile(io.BytesIO(back)).read("xl/worksheets/sheet1.xml")
    assert b"<v>5380</v>" in stored
    assert b"<v>6100.5</v>" in stored
    assert openpyxl.load_workbook(io.BytesIO(back))["工资"]["B4"].value == "620702198001010012"
