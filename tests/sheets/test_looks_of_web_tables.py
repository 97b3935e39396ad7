"""A web table named .xls comes back with remarks and looks as it came, whatever its styles say."""

import io
import json
import time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets import stylesheet, web_looks
from sheets.annotate import annotate
from sheets.defence import MOST_STYLES, Limits
from sheets.marks import COLOURS
from sheets.reader import read
from sheets.refusal import Refusal
from tests.sheets.making import QUICK, values

ID = "620702198001010012"
# As Excel and WPS write it.
EXPORTED = r"""<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style><!--table
 {mso-displayed-decimal-separator:"\."; mso-displayed-thousand-separator:"\,";}
@page {margin:.75in .7in}
/* td {color:red} */
td {mso-style-parent:style0; color:windowtext; font-size:11.0pt; font-weight:400; font-family:宋体, sans-serif;
 mso-number-format:General; text-align:general; vertical-align:middle; border:none; white-space:nowrap;}
.title {font-size:18.0pt; font-weight:700; font-family:黑体; text-align:center;}
.head {border:.5pt solid #112233; border-bottom:2.0pt double windowtext; background:#C0C0C0; mso-pattern:black none;
 text-align:center; white-space:normal;}
.text {mso-number-format:"\@"; border:.5pt solid windowtext; border-left:none;}
.money {mso-number-format:"_ * \#\,\#\#0\.00_ \;_ * \\-\#\,\#\#0\.00_ \;_ * \0022-\0022??_ \;_ \@_ ";}
.day {mso-number-format:"yyyy\0022年\0022m\0022月\0022d\0022日\0022\;\@";}
.loud {mso-number-format:Standard; color:red; font-style:italic; text-decoration:underline;}
--></style></head><body><table border=0 cellpadding=0>
<col width=72 style='mso-width-source:userset;mso-width-alt:2304;width:54pt'><col width=168 span=2>
<tr height=40 style='mso-height-source:userset;height:30.0pt'><td colspan=4 class=title>工资发放表</td></tr>
<tr><td class=head rowspan=2>姓名</td><td class=head>身份证号</td><td class=head>实发工资</td><td class=head>日期</td></tr>
<tr><td class=head>甲</td><td class=head>乙</td><td class=head>丙</td></tr>
<tr><td>王伟</td><td class=text>620702198001010012</td><td class=money align=right x:num="5380">5,380.00</td>
 <td class=day>2026年11月1日</td></tr>
<tr><td>李娜</td><td></td><td class=loud x:num>6100.5</td><td></td></tr></table></body></html>"""
# As programs put it together.
WRITTEN = """<style>table.grid td, table.grid th { border-width: 1px; border-style: solid; border-color: #666666 }
.other td {background: red} tr:hover {background: red}</style>
<table width="900"><tr><td align="center" width="900"><font size="5" face="楷体" color="#0000FF"><b>十一月工资表</b></font></td></tr></table>
<table border="1" bordercolor="#336699" bgcolor="lightyellow">
<tr bgcolor="#D9E1F2"><th width="70">姓名</th><th style="width:150pt;background-color:rgb(255, 0, 0)">卡号</th><th>实发</th></tr>
<tr><td align="center">王伟</td><td style="vnd.ms-excel.numberformat:@">6217001234567890123</td><td><b>5380</b></td></tr>
<tr style="color:#00F"><td style="border:none">李娜</td><td style='mso-number-format:"0"'>6217001234567890124</td>
<td style="mso-number-format:'0\\.00';font:bold 12px/1.5 微软雅黑">一<b>二</b></td></tr>
<tr><td>甲<br>乙</td><td></td><td valign=top nowrap><span style="color:red">a</span><span style="color:red;font-weight:bold">b</span></td></tr>
</table>
<table class="grid"><tr><td>丁</td></tr></table><p>制表人：李娜</p>"""
MARKS = [(4, 2, "error", "身份证号不对"), (5, 3, "warning", "请核对")]


def returned_page(html, marks=MARKS):
    return openpyxl.load_workbook(io.BytesIO(annotate(html.encode(), marks))).worksheets[0]


def said(html, limits=QUICK):
    """What the child would say, in this process: where a fault is seen, which would only make the table plain there."""
    box = io.BytesIO()
    web_looks.looks_in_child(html, limits, box)
    return [json.loads(line[1:]) for line in box.getvalue().splitlines()]


def frame(cell):
    return [getattr(cell.border, side).style for side in ("left", "right", "top", "bottom")]


@pytest.fixture(scope="module")
def exported():
    return returned_page(EXPORTED)


@pytest.fixture(scope="module")
def written():
    return returned_page(WRITTEN, [(3, 2, "error", "卡号不对")])


def test_values_and_remarks_stand_where_they_stood(exported):
    assert [[cell.value for cell in row] for row in exported["A1:D5"]] == [
        ["工资发放表", None, None, None],
        ["姓名", "身份证号", "实发工资", "日期"],
        [None, "甲", "乙", "丙"],
        ["王伟", ID, 5380, "2026年11月1日"],
        ["李娜", None, 6100.5, None],
    ]
    assert (exported["B4"].comment.text, exported["C5"].comment.text) == ("身份证号不对", "请核对")


def test_fonts_fills_borders_and_formats_of_an_exported_table_are_kept(exported):
    title, head, amount, loud = exported["A1"], exported["B2"], exported["C4"], exported["C5"]
    assert (title.font.name, title.font.sz, title.font.b, title.alignment.horizontal) == ("黑体", 18, True, "center")
    assert (head.fill.start_color.rgb, head.alignment.wrap_text) == ("FFC0C0C0", True)
    assert frame(head) == ["thin", "thin", "thin", "double"]
    assert head.border.left.color.rgb == "FF112233"
    assert (head.font.name, head.font.sz, head.font.b, head.alignment.vertical) == ("宋体", 11, False, "center")
    assert frame(exported["B4"]) == [None, "thin", "thin", "thin"]
    assert exported["B4"].number_format == "@"  # an ID typed over keeps its digits
    assert amount.number_format == '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '
    assert amount.alignment.horizontal is None  # the td's own rule has the last word
    assert exported["D4"].number_format == 'yyyy"年"m"月"d"日";@'
    assert (loud.number_format, loud.font.color.rgb, loud.font.i, loud.font.u) == (
        "#,##0.00",
        "FFFF0000",
        True,
        "single",
    )


def test_merged_cells_widths_and_heights_of_an_exported_table_are_kept(exported):
    assert {str(area) for area in exported.merged_cells.ranges} == {"A1:D1", "A2:A3"}
    widths = [exported.column_dimensions[letter].width for letter in "AB"]
    assert widths == pytest.approx([(72 - 5) / 7, (168 - 5) / 7], abs=1)
    assert exported.column_dimensions["B"].max == 3
    assert exported.column_dimensions["D"].width > 13  # nothing is said of it: it fits what it holds
    assert exported.row_dimensions[1].height == 30


def test_a_remark_changes_the_colour_of_its_cell_and_nothing_else(exported):
    loud = exported["C5"]
    assert loud.fill.start_color.rgb.endswith(COLOURS["warning"])
    assert (loud.number_format, loud.font.color.rgb) == ("#,##0.00", "FFFF0000")
    assert exported["A5"].fill.fill_type is None


def test_what_attributes_and_bold_marks_show_is_kept(written):
    title, head, name, card, amount = (written[at] for at in ("A1", "A2", "A3", "B3", "C3"))
    assert (title.font.name, title.font.sz, title.font.b, title.font.color.rgb) == ("楷体", 18, True, "FF0000FF")
    assert title.alignment.horizontal == "center"
    assert frame(title) == [None] * 4
    assert (head.font.b, head.alignment.horizontal, head.fill.start_color.rgb) == (True, "center", "FFD9E1F2")
    assert written["B2"].fill.start_color.rgb == "FFFF0000"
    assert (name.alignment.horizontal, name.font.b, name.fill.start_color.rgb) == ("center", False, "FFFFFFE0")
    assert frame(name) == ["thin"] * 4
    assert name.border.top.color.rgb == "FF336699"
    assert (card.value, card.number_format) == ("6217001234567890123", "@")
    assert (card.fill.start_color.rgb[2:], card.comment.text) == (COLOURS["error"], "卡号不对")
    assert amount.font.b
    assert written["B4"].number_format == "@"  # a long number, whatever its format


def test_a_cell_has_the_look_that_all_of_its_text_has(written):
    half, both = written["C4"], written["C5"]
    assert (half.font.b, half.font.name, half.font.sz, half.number_format) == (True, "微软雅黑", 9, "0.00")
    assert (both.font.color.rgb, both.font.b, both.alignment.vertical) == ("FFFF0000", False, "top")
    assert not returned_page("<table><tr><th>a<tr><td>一<b>二</b>")["A2"].font.b


def test_a_row_hands_its_colour_down_and_a_cell_takes_its_border_off(written):
    assert written["A4"].font.color.rgb == "FF0000FF"
    assert frame(written["A4"]) == [None] * 4


def test_a_rule_bound_to_a_class_around_holds_there_alone(written):
    assert frame(written["A6"]) == ["thin"] * 4
    assert written["A6"].fill.fill_type is None
    assert written["A7"].value == "制表人：李娜"


def test_a_title_above_does_not_make_the_first_column_wide(written):
    widths = [written.column_dimensions[letter].width for letter in "AB"]
    assert widths == pytest.approx([(70 - 5) / 7, (200 - 5) / 7], abs=1)


def test_line_breaks_are_shown_and_texts_typed_over_stay_texts(written):
    assert written["A5"].value == "甲\n乙"
    assert written["A5"].alignment.wrap_text
    assert written["C3"].number_format == "@"


def test_a_page_that_says_nothing_of_its_looks_says_nothing():
    assert said("<table><tr><td>姓名<td>实发<tr><td>王伟<td x:num>5380</table>") == []
    page = returned_page("<table><tr><td>姓名<td>身份证号<tr><td>王伟<td>" + ID)
    assert (page["B2"].value, page["B2"].number_format) == (ID, "@")
    assert page.column_dimensions["B"].width > 18


@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [
        (r'"\@"', "@"),
        (r"\@", "@"),
        (r'"\\@"', "@"),
        ("0", "0"),
        (r'"0\.00_ "', "0.00_ "),
        (r'"\#\,\#\#0\.00_\)\;\[Red\]\\\(\#\,\#\#0\.00\\\)"', r"#,##0.00_);[Red]\(#,##0.00\)"),
        (r'"yyyy\0022-\0022m\0022-\0022d\\ h\:mm\;\@"', r'yyyy"-"m"-"d\ h:mm;@'),
        ("Percent", "0.00%"),
        ("'Short Date'", "yyyy/m/d"),
        ("General", None),
        ("#,##0.00", "#,##0.00"),
        (r'"\[$-804\]yyyy"', "[$-804]yyyy"),
        # What Excel wouldn't open, or can't be in a workbook at all.
        ('"0', "0"),
        ("[0", None),
        ('0"', None),
        ("[bogus]0", None),
        ("0;0;0;0;0", None),
        ("yyyy#", None),
        (r"\0001", None),
        ("钱", None),
        ("0" * 256, None),
    ],
)
def test_number_formats_come_out_of_their_quotes_and_backslashes(written_as, read_as):
    assert stylesheet.number_format(written_as) == read_as


@pytest.mark.parametrize("first", ['@charset "utf-8";', "@import url(a.css);", "@namespace x url(b);@charset 'gbk';"])
def test_a_statement_before_the_first_rule_takes_none_with_it(first):
    page = returned_page(f"<style>{first} td {{color:red}}</style><table><tr><td>姓名</table>")
    assert page["A1"].font.color.rgb == "FFFF0000"


def test_a_number_never_becomes_a_day():
    page = returned_page("<table border=1><tr><td style='mso-number-format:\"Short Date\"' x:num>5380</table>")
    assert (page["A1"].value, page["A1"].number_format) == (5380, "General")


def test_looks_of_hundreds_of_thousands_of_empty_cells_are_left_out():
    rows = "<tr><td class=head colspan=510></td></tr>" * 800
    with pytest.raises(Refusal, match="too_large"):
        said(EXPORTED.replace("</table>", rows + "</table>"))


def test_more_looks_than_anybody_drew_cost_no_more_than_a_workbook_can_hold():
    cells = "".join(f"<tr><td style='color:#{number:06x};font-size:9pt'>a" for number in range(6000))
    styles, sheet = said(f"<table>{cells}</table>")
    assert len(styles["styles"]) == MOST_STYLES
    assert len(sheet["sheet"]["rows"]) == MOST_STYLES - 1


HOSTILE = {
    "a block without end": "a{" * 500_000,
    "a block without braces": ".a " * 300_000,
    "comments without end": "/*" * 500_000,
    "one declaration": "td{" + "color:red;" * 100_000 + "}",
    "quotes without end": "td{" + "\"'" * 300_000 + "}",
    "many rules": ".a,.b,.c td{color:red}" * 40_000,
    "many deep rules": "".join(f".a{number} td{{color:red}}" for number in range(40_000)),
    "brackets": "td{mso-number-format:" + "[" * 590 + "}" * 1000,
    "names of weekdays": "td{mso-number-format:" + "a" * 250 + "!}",
    "backslashes": "td{mso-number-format:" + "\\" * 590 + "}",
}


@pytest.mark.parametrize("block", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_style_block_costs_nothing(block):
    cells = "<table border=1>" + "<tr><td class=a>a<td>b" * 500 + "</table>"
    began = time.process_time()
    assert said(f"<style>{block[:500_000]}</style><style>{block[-400_000:]}</style>{cells}", Limits())
    assert time.process_time() - began < 4


def test_twenty_megabytes_of_styles_cost_no_more_than_the_first():
    block = "<style>" + "td{color:red}" * 4000 + "</style>"
    page = "<html>" + block * (20_000_000 // len(block)) + "<table><tr><td>a</table>"
    began = time.process_time()
    assert said(page, Limits())[0]["styles"][1]["font_color"] == "#FF0000"
    assert time.process_time() - began < 6


def test_a_page_that_is_refused_when_it_is_read_has_no_looks():
    with pytest.raises(Refusal):
        said("<table>" * 50)


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="<&\"'\ufffe\uffff"),
    max_size=30,
)
WORDS = st.one_of(
    st.sampled_from(
        r"""1 -1 0 400 9e9 #FFF #FFFFFF red none bold 700 12px 9.5pt 1px .5pt solid double dashed center justify middle
        transparent rgb(1,2,3) 宋体 \@ 0\.00 yyyy/m/d Standard General [Red]0 _ \0022 normal 100% 黑体,serif""".split()
    ),
    TEXT,
)
STYLE = st.lists(
    st.tuples(st.sampled_from([*stylesheet.HANDLERS, "zoom"]), st.lists(WORDS, max_size=3)), max_size=5
).map(lambda found: ";".join(f"{name}:{' '.join(given)}" for name, given in found))
ATTRIBUTES = st.dictionaries(
    st.sampled_from(("align valign bgcolor width height nowrap color face size border colspan rowspan class").split()),
    WORDS,
    max_size=4,
).map(lambda found: " ".join(f'{name}="{value}"' for name, value in found.items()))
CELL = st.one_of(
    st.sampled_from([ID, "6217001234567890123", "0012", "5380", "=1+1", "-", "2026-11-01", "1,234.50", ""]), TEXT
)


@settings(max_examples=40, deadline=None)
@given(
    rule=STYLE,
    table=ATTRIBUTES,
    rows=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["td", "th", "td x:num"]), ATTRIBUTES, STYLE, CELL, st.sampled_from(["b", "i", ""])
            ),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_whatever_the_styles_say_the_values_come_back_as_they_were_read(rule, table, rows):
    html = f"<html><style>td{{{rule}}} .a{{{rule}}}</style><table {table}><tr><td>{ID}</td><td>姓名</td></tr>"
    for row in rows:
        html += "<tr>" + "".join(
            f'<{tag} {attributes} style="{style}"><{mark}>{text}</{mark}></{tag[:2]}>' if mark else f"<{tag}>{text}"
            for tag, attributes, style, text, mark in row
        )
    data = html.encode()
    try:
        book = read(data, QUICK)
    except Refusal as refusal:
        # Four cells that span 400 columns each are more than a sheet may have: then there are no looks either.
        with pytest.raises(Refusal, match=refusal.code):
            said(html)
        return
    said(html)
    back = read(annotate(data, [(1, 1, "error", "请核对")], workbook=book), QUICK)
    assert without_blanks(back) == without_blanks(book)


def without_blanks(book):
    rows = [[None if cell == "" else cell for cell in row] for row in values(book.sheets[0])]
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    return rows
