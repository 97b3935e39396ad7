"""The manual stands on what is there: its pictures exist and are small, the script makes them, no page of the menu is
missing.
"""

import importlib.util
import re
from functools import cache

import pytest

from zhangye_wages.context import NAVIGATION
from zhangye_wages.launcher.paths import PROJECT

MANUAL = PROJECT / "docs" / "manual"
ROOMS = PROJECT / "templates" / "payroll" / "parts" / "rooms.html"
LARGEST = 200 * 1024


@cache
def text() -> str:
    return "".join(page.read_text("utf-8") for page in sorted(MANUAL.glob("*.md")))


def pictures() -> set[str]:
    return set(re.findall(r"\]\(img/([^)]+)\)", text()))


def test_every_picture_that_is_shown_is_there_and_none_lies_about():
    there = {file.name for file in (MANUAL / "img").iterdir()}
    assert pictures() == there


def test_pictures_are_small():
    heavy = {file.name: file.stat().st_size for file in (MANUAL / "img").iterdir() if file.stat().st_size > LARGEST}
    assert heavy == {}


def test_the_script_makes_every_picture():
    spec = importlib.util.spec_from_file_location("manual_screenshots", MANUAL / "screenshots.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names = [shot.name for shot in module.SHOTS]
    assert len(names) == len(set(names))
    assert {name.removesuffix(".webp") for name in pictures()} <= {*names, "login"}


@pytest.mark.parametrize("label", [label for label, *_rest in NAVIGATION])
def test_every_page_of_the_menu_is_named(label):
    assert f"“{label}”" in text(), f"the manual does not say what “{label}” is for"


@pytest.mark.parametrize("label", re.findall(r">([^<{]+)</a>", ROOMS.read_text("utf-8")))
def test_every_list_of_the_payroll_room_is_named(label):
    assert f"“{label}”" in text()


def test_links_and_pictures_of_every_page_lead_somewhere():
    pages = [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    ]
    assert len(links) > 20
    assert [f"{page.name} → {target}" for page, target in links if not (page.parent / target).resolve().exists()] == []


def test_nobody_real_and_no_workplace_is_named():
    assert str(MANUAL.parents[1]) not in text()
    assert not re.search(r"localhost|127\.0\.0\.1|file://", text())
    assert not re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", text()), "no ID number, not even an invented one"
