"""Several drafts are chosen in the list, shown once more and withdrawn, each for itself; what can't be is named."""

import pytest
from playwright.sync_api import expect

from payroll.models import PayrollBatch
from payroll.services.submissions import batches_discard
from responsibilities.models import AuditEvent
from tests.browser import fits
from tests.cast import PASSWORD
from tests.factories.flow import submitted
from tests.factories.payroll import draft, person, site

Status = PayrollBatch.Status


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def drafts(cast, project):
    return [draft(project, [person(n)], subcontractor=cast.subcontractor) for n in (1, 2)]


@pytest.fixture
def enters():
    """Log in by hand."""

    def by_hand(page, username):
        page.goto("/login/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    return by_hand


def query(*batches) -> str:
    return "/payroll/discard/?" + "&".join(f"ids={getattr(one, 'pk', one)}" for one in batches)


def statuses(*batches) -> list[str]:
    found = PayrollBatch.objects.in_bulk([one.pk for one in batches])
    return [found[one.pk].status for one in batches]


@pytest.mark.django_db
def test_what_was_shown_is_withdrawn_each_with_its_event(cast, client, drafts):
    client.force_login(cast.subcontractor_clerk)
    page = client.get(query(*drafts)).content.decode()
    assert "撤回这 2 份" in page
    assert statuses(*drafts) == [Status.DRAFT] * 2  # looking changes nothing
    form = {"ids": [one.pk for one in drafts]} | {f"version-{one.pk}": one.version for one in drafts}
    after = client.post("/payroll/discard/", form, follow=True).content.decode()
    assert f"已撤回批次 #{drafts[0].pk}、#{drafts[1].pk}" in after
    assert statuses(*drafts) == [Status.DISCARDED] * 2
    events = AuditEvent.objects.filter(action="payroll.discard").values_list("object_id", flat=True)
    assert sorted(map(str, events)) == sorted(str(one.pk) for one in drafts)


@pytest.mark.django_db
def test_what_cannot_be_withdrawn_is_named_and_left_and_the_others_go(cast, client, project, drafts):
    sent = submitted(project, [person(3)], subcontractor=cast.subcontractor)
    elsewhere = draft(site(cast, "ZY-2026-019"), [person(4)], subcontractor=cast.other_subcontractor)
    client.force_login(cast.subcontractor_clerk)
    page = client.get(query(*drafts, sent, elsewhere)).content.decode()
    assert "下面 2 份不能撤回" in page
    assert "已提交的工资表不能撤回" in page
    assert "1 份没有找到" in page
    assert "ZY-2026-019" not in page
    assert f'name="ids" value="{elsewhere.pk}"' not in page
    assert f'name="ids" value="{sent.pk}"' not in page
    # Whoever posts them all the same.
    ids = [one.pk for one in (*drafts, sent, elsewhere)]
    after = client.post("/payroll/discard/", {"ids": ids}, follow=True).content.decode()
    assert f"批次 #{sent.pk} 没有撤回：已提交的工资表不能撤回" in after
    assert f"批次 #{elsewhere.pk} 没有撤回：没有找到" in after
    assert statuses(*drafts, sent, elsewhere) == [Status.DISCARDED] * 2 + [Status.SUBMITTED, Status.DRAFT]


@pytest.mark.django_db
def test_a_draft_that_changed_since_it_was_shown_is_left(cast, drafts):
    first, second = drafts
    PayrollBatch.objects.filter(pk=first.pk).update(version=first.version + 1)
    user = cast.subcontractor_clerk
    outcome = batches_discard(
        versions={first.pk: first.version, second.pk: second.version}, actor=cast.actor(user), scope=cast.scope(user)
    )
    assert [one.pk for one in outcome.done] == [second.pk]
    assert [pk for pk, _why in outcome.left] == [first.pk]
    assert statuses(first, second) == [Status.DRAFT, Status.DISCARDED]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/payroll/discard/", "/payroll/discard/?ids=x", "/payroll/discard/?ids=" + "9" * 30]
)
def test_nothing_chosen_leads_back_to_the_list(cast, client, drafts, address):
    client.force_login(cast.subcontractor_clerk)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/payroll/")
    assert client.post("/payroll/discard/").status_code == 302


@pytest.mark.django_db
def test_only_what_one_may_withdraw_has_a_box(cast, client, project, drafts):
    sent = submitted(project, [person(3)], subcontractor=cast.subcontractor)
    client.force_login(cast.labour_officer)
    page = client.get("/payroll/").content.decode()
    assert f'name="ids" value="{drafts[0].pk}"' in page
    assert f'name="ids" value="{sent.pk}"' not in page
    # Who only looks is offered nothing.
    client.force_login(cast.supervisor)
    page = client.get("/payroll/?status=live").content.decode()
    assert 'name="ids"' not in page
    assert "data-bulk" not in page


def chosen_by_keyboard(page, drafts) -> None:
    page.goto("/payroll/")
    for one in drafts:
        box = page.get_by_role("checkbox", name=f"批次 #{one.pk}")
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="撤回选中的").click()
    expect(page.get_by_role("heading", name="撤回选中的工资表")).to_be_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_by_keyboard_on_a_screen_and_on_a_phone(page, enters, drafts, width):
    enters(page, "subcontractor_clerk")
    page.set_viewport_size({"width": width, "height": 860})
    page.goto("/payroll/")
    button = page.get_by_role("button", name="撤回选中的")
    expect(button).to_be_hidden()
    page.get_by_role("checkbox", name=f"批次 #{drafts[0].pk}").check()
    button.click(trial=True)  # nothing lies over it: the bar at the bottom of a phone did
    page.goto("/payroll/")
    chosen_by_keyboard(page, drafts)
    fits(page, width)
    page.get_by_role("button", name="撤回这 2 份").click()
    expect(page.get_by_text("已撤回批次").first).to_be_visible()
    assert statuses(*drafts) == [Status.DISCARDED] * 2


@pytest.mark.django_db(transaction=True)
def test_it_works_without_scripts(browser, live_server, enters, drafts):
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    enters(page, "subcontractor_clerk")
    chosen_by_keyboard(page, drafts)
    page.get_by_role("button", name="撤回这 2 份").click()
    expect(page.get_by_text("已撤回批次").first).to_be_visible()
    context.close()
    assert statuses(*drafts) == [Status.DISCARDED] * 2
