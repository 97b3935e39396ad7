"""Identity numbers, credit codes and cards against the printed examples of their standards.

Vectors copied from GB 11643, GB 32100 and common Luhn examples. 440524188001010014 is the example
printed in GB 11643-1999 and valid, though born in 1880 in an area code that is no longer in use.
"""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibilities.rules import identifiers as ids


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "360426199101010071"])
def test_valid_ids_pass_and_every_single_wrong_digit_is_found(number):
    assert ids.is_valid_id(number)
    for place in range(17):
        for digit in "0123456789":
            if digit != number[place]:
                assert not ids.is_valid_id(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("110105194912310021", "checksum"),
        ("440524188001010015", "checksum"),
        ("110105491231002", "length"),
        ("1101051949123100", "length"),
        ("11010519491331002X", "birth_date"),
        ("11010519490230002X", "birth_date"),
        ("110105********002X", "checksum"),
        ("", "length"),
        ("１１０１０５１９４９１２３１００２X", "checksum"),
    ],
)
def test_what_is_wrong_with_an_id_is_named(number, problem):
    assert ids.id_problem(number) == problem


def test_a_birth_after_the_month_is_wrong_and_one_before_is_not():
    assert ids.id_problem("360426199101010071", datetime.date(1990, 12, 31)) == "birth_date"
    assert ids.id_problem("360426199101010071", datetime.date(1991, 1, 1)) is None


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "'11010519491231002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "\u200e11010519491231002X\xa0",
    ],
)
def test_ids_are_cleaned_of_what_typing_put_around_them(typed):
    assert ids.normalise_id(typed) == "11010519491231002X"


def test_birth_sex_and_age_are_read_off():
    assert ids.birth_date("11010519491231002X") == datetime.date(1949, 12, 31)
    assert ids.sex("11010519491231002X") == "女"
    assert ids.sex("360426199101010071") == "男"
    assert ids.age_on(datetime.date(2008, 2, 29), datetime.date(2024, 2, 28)) == 15
    assert ids.age_on(datetime.date(2008, 2, 29), datetime.date(2024, 2, 29)) == 16


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91110000600037341L", True),
        ("91350100M000100Y43", True),
        ("91110000600037341M", False),
        ("A1110000600037341L", False),
        ("91350100M000100Y44", False),
        ("91110000600037341", False),
    ],
)
def test_credit_codes(code, valid):
    assert ids.is_valid_uscc(code) is valid


@pytest.mark.parametrize(
    ("digits", "valid"), [("79927398713", True), ("79927398710", False), ("", False), ("7992739871x", False)]
)
def test_luhn(digits, valid):
    assert ids.is_luhn_valid(digits) is valid


@given(st.text("0123456789", min_size=5, max_size=18))
def test_a_luhn_digit_completes_a_number_and_no_other_digit_does(body):
    right = ids.luhn_check_digit(body)
    assert [digit for digit in "0123456789" if ids.is_luhn_valid(body + digit)] == [right]


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
)
def test_a_credit_code_is_completed_by_one_character_only(kind, area, body):
    start = kind + area + body
    right = ids.uscc_check_character(start)
    assert [letter for letter in ids.USCC_ALPHABET if ids.is_valid_uscc(start + letter)] == [right]


@given(st.text(st.characters(), max_size=30))
def test_masks_never_show_more_than_they_should(text):
    assert ids.mask_card(text).count("*") >= len(text) - 4
    assert ids.mask_id(text).count("*") >= max(0, len(text) - 10)
    assert len(ids.mask_phone(text)) == len(text)


def test_masks():
    assert ids.mask_id("11010519491231002X") == "110105********002X"
    assert ids.mask_card("6222020000000000015") == "***************0015"
    assert ids.mask_phone("13812345678") == "138****5678"
    assert ids.normalise_card("6222 0200-0000 0000 015") == "6222020000000000015"
    assert ids.is_mobile(ids.normalise_phone("+86 138-1234-5678"))
    assert not ids.is_mobile("12345678901")
