"""What a file is, is told by its bytes."""

import pytest

from sheets.sniff import sniff, text_encoding
from tests.sheets.making import xlsx

TEXT = "序号,姓名,实发工资\n1,王伟,6000\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_decoded_again_whatever_its_encoding(encoding):
    data = TEXT.encode(encoding)
    found = sniff(data)
    assert found.kind == "text"
    assert data.decode(found.encoding).removeprefix("\ufeff") == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_zeros(encoding):
    data = "no,name,amount\n1,wang,6000\n".encode(encoding)
    assert text_encoding(data) == encoding


def test_a_workbook_is_a_zip_under_any_name():
    assert sniff(xlsx([["a"]])).kind == "zip"


def test_an_ole_container_is_told_and_an_encrypted_package_too():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    assert sniff(ole).kind == "ole"
    assert sniff(ole + "EncryptedPackage".encode("utf-16-le")).kind == "encrypted"


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"MZ\x90\x00", b"\x01\x02\x03\x04", b"\xff\xfe\x00"],
)
def test_pictures_papers_and_programs_are_no_sheets(data):
    assert sniff(data).kind == "other"


def test_a_web_page_named_xls_is_told_from_text():
    assert sniff("<html><table><tr><td>姓名</td></tr></table></html>".encode()).kind == "html"
    assert (
        sniff(b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">').kind
        == "spreadsheetml2003"
    )
    assert sniff("<5000,王伟".encode()).kind == "text"


def test_nothing_but_blanks_is_empty():
    assert sniff(b" \r\n\t\n").kind == "empty"
    assert sniff(b" \r\n1\n").kind == "text"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_head_that_ends_in_the_middle_of_a_character_is_told_like_the_whole(encoding):
    for lead in ("", "a", "ab"):
        data = (lead + "王伟，六千元。\n" * 9000).encode(encoding)
        assert text_encoding(data[:65_536]) == text_encoding(data) == encoding


def test_one_wrong_byte_does_not_turn_utf_8_into_other_words():
    data = bytearray(TEXT.encode() * 20)
    data[100] = 0xFF
    assert text_encoding(bytes(data)) == "utf-8"
    assert text_encoding(TEXT.encode("gb18030") * 20) == "gb18030"


@pytest.mark.parametrize("text", ["a,伟\n", "a,联通\n", "a,伟\nb,联通\n1,2\n"])
def test_words_that_are_letters_of_other_scripts_in_utf_8_are_still_chinese(text):
    assert text_encoding(text.encode("gb18030")) == "gb18030"
    assert text_encoding(text.encode()) == "utf-8"


def test_what_a_page_says_decides_where_its_letters_could_be_either():
    assert text_encoding("<meta charset=utf-8><td>José".encode()) == "utf-8"
    assert text_encoding("<td>José".encode()) == "gb18030"


def test_common_signs_alone_are_utf_8():
    assert text_encoding("no,amount\n1,¥6000\n".encode()) == "utf-8"
