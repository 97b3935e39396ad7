"""A page of no rows is false in a template: to ask whether there is one, `is not None` or `.object_list` must be
written.
"""

import re

import pytest

from zhangye_wages.launcher.paths import PROJECT

# A bare `page` as a condition of its own, not `page.something` and not compared.
TRUTH_OF_A_PAGE = re.compile(r"{%\s*(?:el)?if\s(?:[^%]*\s)?(?:and |or |not )?page(?=\s+(?:%}|and\b|or\b))")


@pytest.mark.parametrize(
    ("template", "trapped"),
    [
        ("{% if page %}", True),
        ("{% elif page and may_open %}", True),
        ("{% if may_open and page %}", True),
        ("{% if page is not None %}", False),
        ("{% if page.object_list %}", False),
        ("{% if page_problems %}", False),
    ],
)
def test_the_pattern_finds_the_trap(template, trapped):
    assert bool(TRUTH_OF_A_PAGE.search(template)) is trapped


def test_no_template_takes_a_page_without_rows_for_no_page():
    templates = [*(PROJECT / "templates").rglob("*.html")]
    assert len(templates) > 50
    assert [str(file) for file in templates if TRUTH_OF_A_PAGE.search(file.read_text("utf-8"))] == []
