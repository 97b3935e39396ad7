"""HTML tables named .xls, as web systems export them: texts as a person sees them, and what they may cost."""

import dataclasses

import pytest

from sheets.reader import Range, read
from sheets.refusal import Refusal
from sheets.values import ErrorValue
from tests.sheets.making import QUICK, values

ID = "110105194912310021"


def sheet(html, encoding="utf-8"):
    book = read(html.encode(encoding), QUICK)
    assert book.kind == "html"
    (page,) = book.sheets
    return page


def refused(html, limits=QUICK):
    with pytest.raises(Refusal) as caught:
        read(html.encode(), limits)
    return caught.value


def test_digits_stay_texts_and_only_excels_own_numbers_are_numbers():
    style = '<style>.xl25 {mso-number-format:"\\@";} .xl26{mso-number-format:"0\\.00"}</style>'
    found = sheet(
        f"<html>{style}<table><tr><td>{ID}</td><td>0012</td><td x:num>1</td><td x:num='6000.456'>6,000.46</td>"
        f'<td class="b xl25" x:num="1.1E17">{ID}</td><td style="mso-number-format:\'\\@\'" x:num>0012</td>'
        '<td class=xl26 x:num>3</td><td x:num="45931">2025/10/1</td><td x:num="0">-</td><td x:str>5</td></table>'
    )
    assert values(found) == [[ID, "0012", 1.0, 6000.456, ID, "0012", 3.0, "2025/10/1", 0.0, "5"]]


def test_spans_make_merged_ranges_and_move_the_cells_below():
    found = sheet(
        "<table><tr><th rowspan=2>序号<th colspan='2'>人员<th rowspan=2>实发"
        "<tr><td>姓名<td>身份证号<tr><td rowspan=0>1<td>王伟<tr><td>李娜</table>"
    )
    assert values(found) == [["序号", "人员", None, "实发"], [None, "姓名", "身份证号"], ["1", "王伟"], [None, "李娜"]]
    assert found.merged == [Range(1, 1, 2, 1), Range(1, 2, 1, 3), Range(1, 4, 2, 4), Range(3, 1, 4, 1)]


def test_a_span_ends_with_its_group():
    found = sheet("<table><thead><tr><td rowspan=5>a<td>b</thead><tbody><tr><td>c<td>d</tbody></table>")
    assert values(found) == [["a", "b"], ["c", "d"]]


def test_tables_and_the_text_between_them_stand_one_below_the_other():
    found = sheet(
        "<html><head><title>x</title><script>y()</script></head><body><h3>10月 工资表</h3><table><tr><td>姓名</td></tr>"
        "</table><table><tr><td>王伟</td></tr></table><p>制表：<b>李娜</b></p></body></html>"
    )
    assert values(found) == [["10月 工资表"], ["姓名"], ["王伟"], ["制表：李娜"]]


def test_tables_that_only_lay_out_a_page_leave_no_rows():
    found = sheet("<table><tr><td> <table><tr><td>姓名<td>实发</table> </td></tr><tr><td>完</td></tr></table>")
    assert values(found) == [["姓名", "实发"], ["完"]]


def test_white_space_is_what_a_page_shows():
    found = sheet(
        "<table><tr><td>\n  王&nbsp;伟 \n 甲 </td><td>a<br> b<BR/>c</td><td><p>d</p><p>e</p></td><td>&nbsp;</td>"
        "<td>&lt;f&gt;&#39;</td></tr></table>"
    )
    assert values(found) == [["王 伟 甲", "a\nb\nc", "d\ne", None, "<f>'"]]


def test_hidden_rows_and_columns_errors_and_formulas_without_a_result_are_known():
    found = sheet(
        "<table><col><col span=2 style='display:none'><tr><td>a</td></tr><tr style='height:0; DISPLAY: none'><td>b</td></tr>"
        "<tr><td x:err='#DIV/0!'>#DIV/0!</td><td x:fmla='=A1'></td><td x:fmla='=A1' x:num='2'>2</td></tr></table>"
    )
    assert found.hidden_rows == {2}
    assert found.hidden_columns == {2, 3}
    assert values(found)[2] == [ErrorValue("#DIV/0!"), ErrorValue("formula"), 2.0]


def test_the_sheet_has_the_name_that_excel_gives_it():
    found = sheet(
        "<html><!--[if gte mso 9]><xml><x:ExcelWorksheet><x:Name>十月</x:Name></x:ExcelWorksheet></xml><![endif]-->"
        "<table><tr><td>a</table>"
    )
    assert found.name == "十月"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb2312", "gb18030", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312"])
def test_every_encoding_in_use_is_read_whatever_the_page_says(encoding, declared):
    found = sheet(f'<meta charset="{declared}"><table><tr><td>王伟</td></tr></table>', encoding)
    assert values(found) == [["王伟"]]


def test_a_page_without_a_table_says_that_it_is_one():
    for html in ("<html><body>登录已过期</body></html>", "<html><frameset><frame src=a></frameset></html>"):
        refusal = refused(html)
        assert refusal.code == "not_a_sheet"
        assert "网页" in refusal.message
    assert refused("<html><table></table></html>").code == "empty"


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<table><tr><td colspan=1000000000>a<td>b", "too_many_columns"),
        ("<table>" * 50, "corrupt"),
        ("<table><tr><td>" + "长" * 40_000, "too_large"),
        ("<p>" + "长" * 40_000 + "</p><table>", "too_large"),
        ("<table><tr><td>a</table><!--" + "x" * 600_000, "corrupt"),
        ("<table><tr><td>a</table><![bogus[", "corrupt"),
    ],
)
def test_what_costs_too_much_or_makes_no_sense_is_refused(html, code):
    assert refused(html).code == code


def test_a_single_wide_cell_is_no_harm():
    found = sheet("<table><tr><td colspan=1000000000>工资表</tr><tr><td rowspan=999999999>a<td>b</table>")
    assert values(found) == [["工资表"], ["a", "b"]]
    assert found.merged[-1] == Range(2, 1, 2, 1)


def test_the_caps_bite_only_above_themselves():
    ten = "<table>" + "<tr><td>a" * 10 + "</table>"
    assert read(ten.encode(), dataclasses.replace(QUICK, max_rows=10)).sheets[0].height == 10
    assert refused(ten, dataclasses.replace(QUICK, max_rows=9)).code == "too_many_rows"
    assert refused(ten, dataclasses.replace(QUICK, max_cells=9)).code == "too_large"


def test_rows_are_whole_over_the_borders_of_pieces():
    rows = [[f"王{n}", ID, str(n)] for n in range(3000)]
    html = "".join("<tr>" + "".join(f"<td class='a'>{text}</td>" for text in cells) + "</tr>" for cells in rows)
    assert values(sheet(f"<table>{html}</table>")) == rows
