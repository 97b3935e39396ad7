"""Workbooks of Excel 2 to 95 and of the programs that still write them, mostly with GBK texts."""

import datetime
import struct

import pytest

from sheets.reader import read
from sheets.refusal import Refusal
from sheets.values import ErrorValue
from tests.sheets.biff_making import bof, container, record, xls, xls_95
from tests.sheets.making import QUICK, values

ROWS = [["姓名", "身份证号", "实发工资"], ["王伟", "110105194912310021", 6000.5]]


def read_rows(data):
    book = read(data, QUICK)
    assert book.kind == "xls"
    return values(book.sheets[0])


def code(data):
    with pytest.raises(Refusal) as caught:
        read(data, QUICK)
    return caught.value.code


@pytest.mark.parametrize(
    "make",
    [
        xls,
        xls_95,
        # What programs say of their texts is often wrong.
        lambda sheet: xls_95(sheet, codepage=1252),
        lambda sheet: xls_95(sheet, codepage=1252, encoding="utf-8"),
    ],
)
def test_chinese_texts_and_ids_come_out_whole(make):
    assert read_rows(make(("工资", ROWS))) == ROWS


def rk(value: int) -> bytes:
    """A whole number as report programs pack it: 30 bits and the mark of an integer."""
    return struct.pack("<i", value << 2 | 2)


@pytest.mark.parametrize("make", [xls, xls_95])
def test_whole_numbers_packed_as_integers_are_numbers_like_all_others(make):
    packed = record(0x027E, struct.pack("<HHH", 2, 1, 0) + rk(20)) + record(
        0x00BD,
        struct.pack("<HH", 2, 2)
        + struct.pack("<H", 0)
        + rk(5000)
        + struct.pack("<H", 0)
        + rk(-200)
        + struct.pack("<H", 3),
    )
    rows = read_rows(make(("工资", [["姓名", "天数", "应发", "扣款"], ["王伟"], ["李娜"]]), cells=packed))
    assert rows[2] == ["李娜", 20.0, 5000.0, -200.0]
    assert {type(cell) for cell in rows[2][1:]} == {float}


def test_sheets_of_excel_95_have_their_names():
    book = read(xls_95(("工资", ROWS), ("二队", [["a"]])), QUICK)
    assert [(sheet.name, sheet.height) for sheet in book.sheets] == [("工资", 2), ("二队", 1)]


WEB = struct.pack("<HHHHHH", 0x809, 8, 0, 0x10, 0, 0)


def homemade(*records, start=WEB):
    """As web pages of the time wrote it: a bare stream without names, styles or code page."""
    return start + b"".join(records) + record(0x0A)


def label(row, column, text, encoding="gbk"):
    raw = text.encode(encoding)
    return record(0x0204, struct.pack("<HHHH", row, column, 0, len(raw)) + raw)


def number(row, column, value):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_bare_stream_is_read(encoding):
    data = homemade(
        label(0, 0, "姓名", encoding),
        label(0, 1, "实发", encoding),
        label(1, 0, "王伟", encoding),
        number(1, 1, 6000.5),
    )
    assert read_rows(data) == [["姓名", "实发"], ["王伟", 6000.5]]


def test_excel_2_is_read():
    def old(kind, row, column, rest):
        return record(kind, struct.pack("<HH", row, column) + bytes(3) + rest)

    name = "王伟".encode("gbk")
    data = homemade(
        old(0x0004, 0, 0, bytes([len(name)]) + name),
        old(0x0003, 0, 1, struct.pack("<d", 2.5)),
        old(0x0002, 0, 2, struct.pack("<H", 7)),
        old(0x0006, 0, 3, struct.pack("<d", 3.0) + bytes(3)),
        start=struct.pack("<HHHH", 0x0009, 4, 2, 0x10),
    )
    assert read_rows(data) == [["王伟", 2.5, 7.0, 3.0]]


def test_numbers_dates_errors_formulas_and_hidden_parts_of_excel_95():
    formats = record(0x041E, struct.pack("<HB", 164, 10) + b"yyyy-mm-dd") + b"".join(
        record(0x00E0, struct.pack("<HH", 0, index) + bytes(12)) for index in (0, 14, 164)
    )

    def at(kind, row, column, rest, style=0):
        return record(kind, struct.pack("<HHH", row, column, style) + rest)

    cells = b"".join(
        (
            at(0x0203, 0, 0, struct.pack("<d", 45931.0), 1),
            at(0x027E, 0, 1, struct.pack("<i", (45931 << 2) | 2), 2),
            at(0x027E, 0, 2, struct.pack("<i", (123456 << 2) | 3)),
            record(0x00BD, struct.pack("<HHHiHiH", 0, 3, 0, (5 << 2) | 2, 0, (6 << 2) | 2, 4)),
            at(0x0205, 0, 5, b"\x07\x01"),
            at(0x0205, 0, 6, b"\x01\x00"),
            at(0x0006, 0, 7, struct.pack("<d", 8.5) + bytes(8)),
            at(0x0006, 0, 8, b"\x00\0\0\0\0\0\xff\xff" + bytes(8)),
            record(0x0207, struct.pack("<H", 4) + "王伟".encode("gbk")),
            at(0x0006, 0, 9, b"\x02\0\x2a\0\0\0\xff\xff" + bytes(8)),
            record(0x0208, struct.pack("<HHHHHHHH", 0, 0, 9, 255, 0, 0, 0x20, 0)),
            record(0x007D, struct.pack("<HHHHHH", 1, 2, 2000, 0, 1, 0)),
        )
    )
    sheet = read(xls_95(("a", []), extra=formats, cells=cells), QUICK).sheets[0]
    day = datetime.date(2025, 10, 1)
    assert values(sheet) == [
        [day, day, 1234.56, 5.0, 6.0, ErrorValue("#DIV/0!"), True, 8.5, "王伟", ErrorValue("#N/A")]
    ]
    assert sheet.hidden_rows == {1}
    assert sheet.hidden_columns == {2, 3}


def test_dates_count_from_1904_where_the_workbook_says_so():
    extra = record(0x0022, b"\x01\0") + record(0x00E0, struct.pack("<HH", 0, 14) + bytes(12))
    data = xls_95(("a", [[44469.0]]), extra=extra)
    assert read_rows(data) == [[datetime.date(2025, 10, 1)]]


def test_damage_and_passwords_are_refused():
    whole = homemade(label(0, 0, "姓名"))
    assert code(whole[:-4]) == "corrupt"
    assert code(whole[:-10]) == "corrupt"
    assert code(homemade(record(0x0204, struct.pack("<HHHH", 0, 0, 0, 9999) + b"a"))) == "corrupt"
    assert code(homemade(record(0x002F, bytes(4)), label(0, 0, "a"))) == "encrypted"
    assert code(xls_95(("a", ROWS), extra=record(0x002F, bytes(4)))) == "encrypted"
    assert code(homemade(label(0, 600, "a"))) == "too_many_columns"
    assert code(container({"Book": bof(0x500, 5)})) == "corrupt"
