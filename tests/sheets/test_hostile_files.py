"""A hostile file ends in a coded refusal or is read; it never harms the process that asked."""

import dataclasses
import os
import time
import zipfile
from io import BytesIO

import pytest

from sheets.reader import read
from sheets.refusal import MESSAGES, Refusal
from tests.sheets.making import QUICK, raw_xlsx, values, xlsx

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


def refused(data, limits=QUICK):
    with pytest.raises(Refusal) as caught:
        read(data, limits)
    assert caught.value.code in MESSAGES
    return caught.value.code


def test_a_cell_in_the_far_corner_is_refused():
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refused(raw_xlsx(far)) in ("too_many_rows", "too_many_columns")


def test_row_two_milliards_is_refused_at_once():
    started = time.monotonic()
    for data in (
        '<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>',
        ONE + '<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>',
    ):
        assert refused(raw_xlsx(data)) in ("too_many_rows", "corrupt")
    assert time.monotonic() - started < 15


def test_the_row_cap_bites_only_above_itself():
    limits = dataclasses.replace(QUICK, max_rows=10)
    assert refused(xlsx([["a"]] * 11), limits) == "too_many_rows"
    assert refused(b"a\n" * 11, limits) == "too_many_rows"
    assert read(xlsx([["a"]] * 10), limits).sheets[0].height == 10


def test_the_column_cap_bites_only_above_itself():
    limits = dataclasses.replace(QUICK, max_columns=10)
    assert refused(xlsx([["a"] * 11]), limits) == "too_many_columns"
    assert refused(b",".join([b"a"] * 11), limits) == "too_many_columns"
    assert read(xlsx([["a"] * 10]), limits).sheets[0].width == 10


def test_a_text_of_390_kb_is_refused_and_one_of_a_cell_is_not():
    def shared(size):
        return raw_xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared=f"<si><t>{'长' * size}</t></si>")

    assert refused(shared(390_000)) == "too_large"
    assert len(values(read(shared(32_767), QUICK).sheets[0])[0][0]) == 32_767
    assert refused(b'"' + b"x" * 390_000 + b'"') == "too_large"


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size():
    bomb = raw_xlsx(ONE, extra=[("xl/media/a.bin", b"\0" * 30_000_000)])
    assert len(bomb) < 100_000
    assert refused(bomb) == "zip_bomb"
    limits = dataclasses.replace(QUICK, max_unpacked=100_000)
    assert refused(raw_xlsx(ONE, extra=[("a", os.urandom(100_001))]), limits) == "zip_bomb"
    assert read(raw_xlsx(ONE, extra=[("a", os.urandom(50_000))]), limits).sheets[0].height == 1


def test_an_entry_that_lies_about_its_size_is_refused():
    data = bytearray(raw_xlsx(ONE.replace("1</v>", "1</v>" + " " * 400_000_000)))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    real = entry.file_size.to_bytes(4, "little")
    assert data.count(real) >= 2
    data = bytes(data).replace(real, (2000).to_bytes(4, "little"))
    assert refused(data) in ("zip_bomb", "corrupt", "timeout")


def test_too_many_entries_are_refused_before_they_are_looked_at():
    assert refused(raw_xlsx(ONE, extra=[(f"x/{n}", b"x") for n in range(600)])) == "zip_bomb"
    assert refused(raw_xlsx(ONE, extra=[(f"x/{n:050}", b"") for n in range(15_000)])) == "zip_bomb"
    assert read(raw_xlsx(ONE, extra=[(f"x/{n}", b"x") for n in range(400)]), QUICK).sheets[0].height == 1


def test_an_honest_bordered_sheet_is_no_bomb():
    import xlsxwriter

    box = BytesIO()
    book = xlsxwriter.Workbook(box, {"constant_memory": True})
    page, border = book.add_worksheet(), book.add_format({"border": 1})
    page.write_row(0, 0, ["姓名"] * 14, border)
    for row in range(1, 6000):
        for column in range(14):
            page.write_blank(row, column, None, border)
    book.close()
    assert read(box.getvalue(), QUICK).sheets[0].width == 14


def test_more_than_the_upload_cap_is_refused():
    limits = dataclasses.replace(QUICK, max_bytes=1000)
    assert refused(b"a,b\n" * 251, limits) == "too_large"
    assert read(b"a,b\n" * 250, limits).sheets[0].height == 250


def test_a_billion_laughs_is_refused():
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = raw_xlsx(ONE)
    box = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(box, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name == "xl/workbook.xml":
                text = text.replace("<workbook", laughs + "<workbook", 1).replace('name="S"', 'name="&b;"')
            target.writestr(name, text)
    assert refused(box.getvalue()) == "corrupt"


def test_a_child_that_runs_out_of_memory_is_a_refusal_and_enough_memory_is_none():
    data = xlsx([[f"{row}-{column}" for column in range(10)] for row in range(20_000)])
    small = dataclasses.replace(QUICK, memory=40 * 1024 * 1024)
    assert refused(data, small) in MESSAGES
    assert read(data, QUICK).sheets[0].height == 20_000
