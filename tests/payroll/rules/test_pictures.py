"""What a picture claims about itself is looked at, and what a worker's telephone wrote into it goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.rules.photos import bare, fault_of, kind_of, size_of
from tests.factories.pictures import chunk, exif, jpeg, png, segment, webp

PLACE = "北纬38.93 东经100.45".encode()
SPOKEN = {
    "png": (png(3, 2, chunk(b"eXIf", PLACE), chunk(b"tEXt", b"Comment\x00" + PLACE)), png(3, 2)),
    "jpeg": (
        jpeg(
            3, 2, exif(place=PLACE), segment(0xED, PLACE), segment(0xFE, PLACE), segment(0xE2, b"MPF\x00"), behind=PLACE
        ),
        jpeg(3, 2),
    ),
    "webp": (webp(3, 2, (b"EXIF", PLACE), (b"XMP ", PLACE)), webp(3, 2)),
}


@pytest.mark.parametrize("made", [png, jpeg, webp])
def test_a_size_is_read_from_the_head(made):
    assert size_of(made(4032, 3024)) == (4032, 3024)
    assert fault_of(made(4032, 3024)) == ""


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"RIFF\x20\x00\x00\x00WEBPVP8 \x14\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00", (320, 240)),
        (b"RIFF\x20\x00\x00\x00WEBPVP8L\x14\x00\x00\x00\x2f\x3f\xc1\x3b\x00", (320, 240)),
    ],
)
def test_a_size_is_read_from_the_short_forms_of_webp(data, size):
    assert size_of(data) == size


@pytest.mark.parametrize("made", [jpeg, webp])
def test_a_picture_that_claims_too_many_points_is_refused_in_words(made):
    data = made(16_000, 16_000)
    assert len(data) < 1000
    assert "16000×16000" in fault_of(data)


@pytest.mark.parametrize(("width", "height"), [(2**31 - 1, 2**31 - 1), (30_001, 1), (20_000, 20_000)])
def test_a_png_of_a_huge_size_is_refused(width, height):
    assert "尺寸过大" in fault_of(png(width, height))


@pytest.mark.parametrize(
    "data",
    [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", png()[:20], png(0, 5), b"RIFF\x00\x00\x00\x00WEBPVP8X", jpeg()[:24]],
)
def test_a_picture_cut_off_is_refused_in_words(data):
    assert fault_of(data).startswith("照片不完整或已损坏")


def test_papers_have_no_size():
    assert fault_of(b"%PDF-1.7 signed") == ""


@pytest.mark.parametrize(("spoken", "plain"), SPOKEN.values(), ids=SPOKEN)
def test_what_a_telephone_wrote_into_a_picture_goes_and_the_points_stay(spoken, plain):
    assert PLACE in spoken
    assert bare(spoken) == plain


@pytest.mark.parametrize("order", "<>")
def test_a_photo_still_says_how_it_is_turned(order):
    found = bare(jpeg(3, 2, exif(turned=6, place=PLACE, order=order)))
    assert PLACE not in found
    assert found[2:].startswith(exif(turned=6, order=">")[:-4])
    assert found.endswith(jpeg(3, 2)[2:])
    assert size_of(found) == (3, 2)


@pytest.mark.parametrize("fill", [1, 7])
def test_a_photo_with_fill_before_its_marks_is_shown_and_says_nothing_more(fill):
    plain = jpeg(3, 2)
    filled = (
        b"\xff\xd8" + b"\xff" * fill + exif(place=PLACE) + b"\xff" * fill + plain[2:-2] + b"\xff" * fill + plain[-2:]
    )
    assert fault_of(filled) == ""
    assert bare(filled) in (plain, plain[:-2] + b"\xff" * fill + plain[-2:])


def test_colours_of_a_photo_stay():
    profile = segment(0xE2, b"ICC_PROFILE\x00\x01\x01profile")
    assert profile in bare(jpeg(3, 2, profile, exif(place=PLACE)))


@given(st.sampled_from([png(), jpeg(2, 2, exif(turned=3, place=PLACE)), webp(2, 2, (b"EXIF", PLACE))]), st.data())
def test_no_damage_breaks_the_looking(data, drawn):
    at = drawn.draw(st.integers(3, len(data)))
    damaged = data[:at] + drawn.draw(st.binary(max_size=8)) + data[at + drawn.draw(st.integers(0, 9)) :]
    size_of(damaged)
    fault_of(damaged)
    assert kind_of(bare(damaged)) == kind_of(damaged)
