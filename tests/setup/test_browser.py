"""The browser that tests look through: it draws Chinese, and complaints of a page are heard."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_login_page_opens_in_chinese_without_a_complaint(page):
    page.goto("/login/")
    assert page.locator("html").get_attribute("lang").startswith("zh")
    assert page.locator("input[type=password]").is_visible()


def test_chinese_is_drawn_and_not_boxes(page):
    page.goto("/login/")
    pictures = page.evaluate(
        """() => ['张', '掖', '\\u{10FFFD}'].map(text => {
            const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
            canvas.width = canvas.height = 40; pen.font = '32px sans-serif'; pen.fillText(text, 2, 34);
            return pen.getImageData(0, 0, 40, 40).data.join();
        })"""
    )
    assert len(set(pictures)) == 3


def test_an_inline_script_is_refused_by_the_policy(page):
    page.goto("/login/")
    page.evaluate(
        """() => { const script = document.createElement('script');
                   script.textContent = 'window.ran = true'; document.body.append(script); }"""
    )
    assert page.evaluate("() => window.ran") is None
    assert any("Content Security Policy" in text for text in page.complaints)
    page.complaints.clear()
