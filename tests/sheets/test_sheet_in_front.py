"""A sheet put before the others leaves them as they are, and a workbook that it doesn't understand alone."""

import io
import zipfile

import openpyxl
import pytest

from sheets.front import put_in_front
from sheets.reader import read

ROWS = [["核验说明 <&>"], [], ["级别", 2], ["=1+1", "第 3 行"]]


def workbook(**facts):
    book = openpyxl.Workbook()
    book.active.title = "工资"
    book.active["A1"] = "姓名"
    other = book.create_sheet("汇总")
    other["B2"] = 5
    other.print_area = "A1:B2"
    book.active = facts.get("active", 1)
    box = io.BytesIO()
    book.save(box)
    return box.getvalue()


@pytest.mark.parametrize("active", [0, 1])
def test_it_stands_first_and_the_workbook_opens_where_it_did(active):
    data = put_in_front(workbook(active=active), "核验说明", ROWS, (8, 30))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["核验说明", "工资", "汇总"]
    assert book.active.title == ("工资", "汇总")[active]
    front = book["核验说明"]
    assert front["A1"].value == "核验说明 <&>"
    assert front["B3"].value == 2
    assert (front["A4"].value, front["A4"].data_type) == ("=1+1", "s")
    assert book["工资"]["A1"].value == "姓名"
    assert "$A$1:$B$2" in book["汇总"].print_area


def test_other_parts_stay_as_they_are_and_the_reader_reads_all():
    before = workbook()
    after = put_in_front(before, "核验说明", ROWS)
    with zipfile.ZipFile(io.BytesIO(before)) as one, zipfile.ZipFile(io.BytesIO(after)) as other:
        for name in one.namelist():
            if name.startswith("xl/worksheets/"):
                assert one.read(name) == other.read(name)
    assert [sheet.name for sheet in read(after).sheets] == ["核验说明", "工资", "汇总"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0" + b"0" * 600])
def test_what_is_no_workbook_comes_back_as_it_is(data):
    assert put_in_front(data, "核验说明", ROWS) == data


def test_a_name_that_is_taken_leaves_the_workbook_alone():
    data = put_in_front(workbook(), "核验说明", ROWS)
    assert put_in_front(data, "核验说明", ROWS) == data
