"""Pinyin: phrases tell characters of several readings, and are read only by whoever needs them."""

import subprocess
import sys

from responsibilities.rules.pinyin import initials, person_key, sort_key

BOOK = "pypinyin.phrases_dict"


def test_phrases_tell_how_a_character_is_read():
    assert sort_key("甘肃银行") == "gan su yin hang"
    assert initials("重庆建工") == "cqjg"


def test_a_person_is_found_character_by_character():
    assert person_key("张卫国") == "zhangweiguo zwg"
    assert person_key("阿不都·Li") == "abudouli abdli"


def test_a_process_that_stores_people_only_never_opens_the_book_of_phrases():
    """It takes 40 MB, which a worker that reads payrolls needs for something else; the second half is the control."""
    program = (
        "import sys; from responsibilities.rules.pinyin import initials, person_key\n"
        f"person_key('张卫国'); print({BOOK!r} in sys.modules)\n"
        f"initials('甘肃银行'); print({BOOK!r} in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "True"]
