"""What can't be undone is asked about by the server where scripts are off: over every button that asks, and one by hand."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from payroll.models import PayrollBatch
from responsibilities.models import AuditEvent
from tests.cast import PASSWORD
from tests.factories.payroll import draft, person, site

TEMPLATES = Path(settings.BASE_DIR) / "templates"
BUTTON = re.compile(r"<(\w+)\b[^>]*?\bdata-confirm\b[^>]*>")
ASKS = re.compile(r"""name="_ask" value="[^"]{4,}" data-confirm data-confirm-title="[^"]+" data-confirm-yes="[^"]+\"""")
# They give a piece of a form to pages that bring the form itself.
PIECES = {"components/form_actions.html"}


def buttons() -> list:
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        text, name = path.read_text("utf-8"), str(path.relative_to(TEMPLATES))
        for at, match in enumerate(BUTTON.finditer(text)):
            found.append(pytest.param(name, text, match, id=f"{name}-{at}"))
    return found


def test_there_are_buttons_that_ask():
    assert len(buttons()) > 20


@pytest.mark.parametrize(("name", "text", "match"), buttons())
def test_a_button_that_asks_sends_its_question_and_its_form_can_be_posted_again(name, text, match):
    tag = match.group(0)
    assert match.group(1) == "button"
    assert ASKS.search(tag), tag
    if name in PIECES:
        return
    form = text[text.rindex("<form", 0, match.start()) :].split(">", 1)[0]
    assert 'method="post"' in form
    # Files can't be carried over the page that asks.
    assert "multipart" not in form


@pytest.mark.parametrize(
    "said", ['data-confirm="撤回后不能恢复"', 'name="act" value="x" data-confirm data-confirm-title="t"']
)
def test_the_old_way_would_be_noticed(said):
    assert not ASKS.search(f"<button {said}>")


@pytest.fixture
def batch(cast):
    return draft(site(cast), [person(1)])


def status(batch) -> str:
    return PayrollBatch.objects.get(pk=batch.pk).status


@pytest.mark.django_db
def test_the_server_asks_with_all_that_was_posted_and_acts_on_the_second_post(cast, batch):
    client = Client()
    client.force_login(cast.labour_officer)
    address = f"/payroll/{batch.pk}/discard/"
    asked = client.post(
        address,
        {"version": batch.version, "several": ["a", "b<i>"], "_ask": "撤回后<b>不能恢复"},
        headers={"referer": f"http://testserver/payroll/{batch.pk}/?only=errors"},
    )
    page = asked.content.decode()
    assert (asked.status_code, status(batch)) == (200, "draft")
    assert "撤回后&lt;b&gt;不能恢复" in page
    assert f'<input type="hidden" name="version" value="{batch.version}">' in page
    assert 'name="several" value="a"' in page
    assert 'name="several" value="b&lt;i&gt;"' in page
    assert f'action="{address}"' in page
    assert f'href="/payroll/{batch.pk}/?only=errors"' in page
    assert 'name="_ask"' not in page
    assert asked.headers["Cache-Control"] == "no-store"
    assert not AuditEvent.objects.filter(action="payroll.discard").exists()
    client.post(address, {"version": batch.version})
    assert status(batch) == "discarded"


@pytest.mark.django_db
def test_who_may_not_act_is_not_asked_and_nobody_elses_page_is_led_back_to(cast, batch):
    client = Client()
    client.force_login(cast.supervisor)
    asked = {"version": batch.version, "_ask": "撤回后不能恢复"}
    assert client.post(f"/payroll/{batch.pk}/discard/", asked).status_code == 403
    client.force_login(cast.labour_officer)
    page = client.post(f"/payroll/{batch.pk}/discard/", asked, headers={"referer": "https://elsewhere.example/x"})
    assert "elsewhere.example" not in page.content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.labour_officer)
    assert strict.post(f"/payroll/{batch.pk}/discard/", asked).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [False, True])
def test_by_hand_it_is_asked_once_with_scripts_and_without(browser, live_server, batch, scripts):
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("用户名").fill("labour_officer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto(f"/payroll/{batch.pk}/")
    page.get_by_role("button", name="撤回这份工资表").click()
    if scripts:
        asking = page.get_by_role("dialog")
        expect(asking).to_contain_text("撤回后不能恢复")
        asking.get_by_role("button", name="撤回").click()
    else:
        expect(page.get_by_role("heading", name="请确认")).to_be_visible()
        expect(page.get_by_text("撤回后不能恢复")).to_be_visible()
        assert status(batch) == "draft"
        page.get_by_role("button", name="确定办理").click()
    expect(page.get_by_text("已撤回").first).to_be_visible()
    context.close()
    assert status(batch) == "discarded"
