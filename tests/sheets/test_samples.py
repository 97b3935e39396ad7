"""Every sample that lies beside the project ends as written out here: a refusal's code, or what is read."""

import datetime

import pytest

from sheets.reader import read
from sheets.refusal import Refusal
from sheets.values import WITHOUT_VALUE, column_index
from tests.sheets.making import QUICK, SAMPLES


def day(text):
    return datetime.date.fromisoformat(text)


def moment(text):
    return datetime.datetime.fromisoformat(text)


# file → code of the refusal, or (kind, {sheet: (rows, columns, {cell: value})}).
HOSTILE = {
    "calamine_OOM_alloc3.xls": "corrupt",
    "calamine_date_1904.xls": (
        "xls",
        {"Sheet1": (3, 2, {"A1": day("2021-01-01"), "B1": 15.0, "A3": datetime.timedelta(hours=255, seconds=610)})},
    ),
    "calamine_empty_shared_string.xlsx": ("xlsx", {"Sheet1": (2, 1, {"A1": "abc", "A2": None})}),
    "calamine_formula.issue.xlsx": ("xlsx", {"Sheet1": (14, 10, {"A1": 23.0, "C1": 23.0, "G13": 2.0, "J14": "US"})}),
    "calamine_inlineStr_cdata.xlsx": ("xlsx", {"Sheet1": (2, 2, {"A1": "Hello CDATA", "A2": "12345"})}),
    "calamine_merged_range.xls": (
        "xls",
        {"Sheet1": (4, 8, {"A1": "A1", "D1": None, "H4": "H4"}), "Sheet2": (4, 6, {"A3": None, "E4": "E4"})},
    ),
    "calamine_nonstandard-xml-ns-prefix.xlsx": ("xlsx", {"Sheet1": (3, 2, {"B1": "b", "A3": 2.0, "B3": 4.0})}),
    # The phonetic runs stay outside.
    "calamine_rph.xlsx": ("xlsx", {"Sheet1": (1, 1, {"A1": "課きく\u3000毛こ"})}),
    "calamine_strict_iso_paths.xlsx": (
        "xlsx",
        {"ml_out": (76, 18, {"A1": "Item", "A2": "150-031260-001_B", "B2": 1.5, "A3": 1625593500.0, "K3": 429.5})},
    ),
    "calamine_whitespace_trim.xlsx": (
        "xlsx",
        {
            "inlineStr": (3, 4, {"A1": "trimmed value", "C1": " \t\n", "B2": "  line1\nline2  ", "A3": "日期 时间"}),
            "SharedStrings": (3, 4, {"B1": "  preserved value  ", "D1": "clean text"}),
        },
    ),
    "excelize_BadWorkbook.xlsx": "corrupt",
    "excelize_OverflowNumericCell.xlsx": ("xlsx", {"Sheet1": (1, 1, {"A1": 8595602512225.0})}),
    "exceljs_bogus-defined-name.xlsx": ("xlsx", {"Sheet1": (1, 1, {"A1": "OFFSET($A$10;0;0;0;1)"})}),
    "exceljs_invalid-xml.xlsx": ("xlsx", {"Sheet1": (1, 2, {"B1": "bar"})}),
    "msoffcrypto_rc4cryptoapi_password.xls": "encrypted",
    # A function that calls out: its stored result is read, nothing is called.
    "php_fakewebservice.xlsx": ("xlsx", {"Sheet1": (1, 1, {"A1": "phony result"})}),
    "php_utf16be.bom.xlsx": "corrupt",
    "php_utf7white.dontuse.xlsx": "corrupt",
    "poi_1904DateWindowing.xls": ("xls", {"Sheet1": (1, 2, {"A1": day("2000-01-01"), "B1": day("2000-01-01")})}),
    "poi_DateFormatTests.xlsx": (
        "xlsx",
        {
            "Flags": (4, 3, {"A1": "Flag Name", "B4": "True"}),
            "Tests": (46, 4, {"A2": "11-10-52", "C2": moment("1952-10-11T14:35:27")}),
        },
    ),
    "poi_MissingBits.xls": ("xls", {"Sheet1": (23, 12, {"A1": "Hello", "D2": 23.0, "E21": 54.0})}),
    "poi_TestShiftRowSharedFormula.xlsx": ("xlsx", {"Sheet1": (6, 5, {"C2": 1.0, "B5": "Total", "E5": 18.0})}),
    "poi_cf-XLSX2CSVFuzzer-5636439151607808.xlsx": "corrupt",
    "poi_chinese-provinces.xls": ("xls", {"provinces": (4, 2, {"A4": "Chongqing", "B2": "安徽省", "B4": "重庆市"})}),
    "poi_password.xls": "encrypted",
    "poi_poc-xmlbomb-empty.xlsx": "corrupt",
    "poi_poi-fuzz.xls": ("xls", {"Tabelle1": (1, 1, {"A1": "Der große  Überschriften Test"})}),
    # Protected against changes, not against reading; there is nothing in it.
    "poi_sheetProtection_allLocked.xlsx": "empty",
    "poi_workbookProtection-workbook_password-2013.xlsx": ("xlsx", {"Sheet1": (1, 1, {"A1": "testcontent"})}),
    "poi_xor-encryption-abc.xls": "encrypted",
    "sheetjs_1904.xlsx": (
        "xlsx",
        {"Sheet1": (5, 4, {"A1": 1.0, "B1": day("1904-01-02"), "C1": "1904-01-02", "B4": day("1907-01-16")})},
    ),
    "xlrd_ragged.xls": ("xls", {"Sheet1": (5, 4, {"C1": "c", "C2": None, "D4": "j"})}),
}
PAYROLL = {
    "LabourFinancing-58gongzi/paymentBatchPay_template.xlsx": (
        "xlsx",
        {"Sheet1": (2, 5, {"B2": "44528100000001429X", "C2": "6210810000000004022", "E2": 1000.0})},
    ),
    "LabourFinancing-58gongzi/员工信息表.xlsx": (
        "xlsx",
        {"Sheet1": (2, 5, {"A2": "张三", "B2": "445281******06221X", "E1": "员工信用额度"})},
    ),
    "LabourFinancing-58gongzi/批量支付错误记录.xlsx": (
        "xlsx",
        {"Sheet1": (2, 7, {"C2": "6210810000000004022", "F1": "错误原因", "E2": 1000.0})},
    ),
    "Rabbit1992-salarysheet_maker/加班表模板.xlsx": (
        "xlsx",
        {"202507281433000200": (8, 25, {"A1": "序号", "E3": "2025-07-27 09:00", "N3": "202507281433000203605"})},
    ),
    "Rabbit1992-salarysheet_maker/工资表模板.xlsx": (
        "xlsx",
        {
            " 武汉海关协管员工资、考勤及加班汇总表": (
                89,
                19,
                {"A1": "附件3：", "O3": day("2025-04-01"), "K4": "加班情况"},
            )
        },
    ),
    "Rabbit1992-salarysheet_maker/请假表模板.xlsx": (
        "xlsx",
        {"202507280906000490": (17, 24, {"F2": "8天", "J2": "+86-13000009665", "O2": "赵志"})},
    ),
    "Zpe1-Software/工资发放表.xlsx": (
        "xlsx",
        {"Sheet1": (23, 13, {"A1": "工资发放表", "K3": "实发金额", "D4": "基本工资", "B5": "小王", "K5": 2480.0})},
    ),
    "adayimaxiga-XJTURM/员工刷卡记录表.xls": (
        "xls",
        {"员工刷卡记录表": (464, 26, {"I1": "员 工 刷 卡 记 录 表", "D5": "1", "L5": "王强"})},
    ),
    "adrianx77-sendwage/工资模板.xlsx": (
        "xlsx",
        {"7月份薪酬": (54, 28, {"A2": "序号", "Y2": "实发工资", "D3": "刘志斌15", "Y3": 8445.4, "J3": 5006.0})},
    ),
    "docool-autoSendSalaryText/工资表.xls": (
        "xls",
        {
            "工资表模板": (
                32,
                35,
                {"A1": "工资发放表", "R2": "11月份", "B3": "姓名", "AD3": "实发金额", "C4": "基本工资"},
            )
        },
    ),
    "pocerberus-project_management/考勤表.xlsx": (
        "xlsx",
        {"考勤表": (10, 32, {"A1": "员工编号", "AF1": 31.0, "A2": "11001", "B2": "✗", "C2": "✓"})},
    ),
    "vouchmanager-empty/biff8-named-xlsx_3584B.xlsx": "empty",
    # Written by a program that computes nothing: its zeros are no results.
    "vouchmanager-empty/biff8-named-xlsx_428-zero-rows.xlsx": (
        "xls",
        {"工资明细表": (428, 25, {"C1": "姓名", "Y1": "实发合计", "C2": None, "Y428": WITHOUT_VALUE})},
    ),
    "wuleiCN-yzt/人员导入模板.xlsx": (
        "xlsx",
        {"项目人员": (3, 23, {"B2": "身份证号码", "H3": "1970-01-01"}), "WpsReserved_CellImgList": (0, 0, {})},
    ),
    "wuleiCN-yzt/薪资输入项导入-默认薪资方案.xlsx": ("xlsx", {"Sheet1": (1, 12, {"C1": "姓名", "L1": "工资总额"})}),
    "xn-gchf-oss/01.参建单位导入模板.xlsx": (
        "xlsx",
        {"Sheet1": (1, 8, {"A1": "企业统一社会信用代码", "H1": "项目经理电话"})},
    ),
    "xn-gchf-oss/02.项目班组导入模板.xlsx": ("xlsx", {"Sheet1": (1, 9, {"C1": "班组名称"})}),
    "xn-gchf-oss/03.项目人员导入模板.xlsx": ("xlsx", {"Sheet1": (2, 28, {"F1": "证件号码", "Q2": day("2018-12-12")})}),
    "xn-gchf-oss/04.项目人员进退场导入模板.xlsx": ("xlsx", {"Sheet1": (1, 7, {"F1": "进退场日期"})}),
    "xn-gchf-oss/05.项目人员合同导入模板.xlsx": ("xlsx", {"Sheet1": (1, 9, {"I1": "计量单价"})}),
    "xn-gchf-oss/06.项目人员考勤导入模板.xlsx": ("xlsx", {"Sheet1": (1, 8, {"F1": "刷卡时间"})}),
    "xn-gchf-oss/07.项目人员工资导入模板.xlsx": ("xlsx", {"Sheet1": (1, 14, {"I1": "总工时 ", "L1": "实发金额"})}),
}
EXPECTED = {f"hostile/{name}": end for name, end in HOSTILE.items()} | {
    f"payroll/{name}": end for name, end in PAYROLL.items()
}
FACTS = {
    "hostile/calamine_merged_range.xls": lambda book: len(book.sheets[0].merged) == 9,
    "payroll/adrianx77-sendwage/工资模板.xlsx": lambda book: book.sheets[0].hidden_columns == {10, 11, 12},
    "payroll/docool-autoSendSalaryText/工资表.xls": lambda book: (
        book.sheets[0].hidden_columns == {8, 9, 10, 31, 32} and len(book.sheets[0].merged) == 64
    ),
    "payroll/wuleiCN-yzt/人员导入模板.xlsx": lambda book: book.sheets[1].state == "very_hidden",
}
FILES = sorted(
    path.relative_to(SAMPLES).as_posix()
    for path in SAMPLES.rglob("*")
    if path.is_file() and path.suffix not in (".md", ".json")
)
pytestmark = pytest.mark.skipif(not FILES, reason="样例文件不在项目旁边")


@pytest.mark.parametrize("name", FILES)
def test_a_sample_ends_as_written_out(name):
    expected = EXPECTED[name]
    if isinstance(expected, str):
        with pytest.raises(Refusal) as caught:
            read((SAMPLES / name).read_bytes(), QUICK)
        assert caught.value.code == expected
        return
    book = read((SAMPLES / name).read_bytes(), QUICK)
    kind, sheets = expected
    assert book.kind == kind
    for title, (height, width, cells) in sheets.items():
        (sheet,) = (sheet for sheet in book.sheets if sheet.name == title)
        assert (sheet.height, sheet.width) == (height, width)
        rows = dict(sheet.rows())
        assert {place: _at(rows, place) for place in cells} == cells
    assert FACTS.get(name, bool)(book)


def _at(rows, place):
    letters = place.rstrip("0123456789")
    cells, column = rows[int(place[len(letters) :])], column_index(letters)
    return cells[column - 1] if column <= len(cells) else None


def test_every_expectation_has_its_file():
    assert set(EXPECTED) == set(FILES)
