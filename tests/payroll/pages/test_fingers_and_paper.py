"""What a finger aims at on a telephone is large enough; what lies on paper is whole, without buttons, and signed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from payroll.services.leavers import settlement_agree
from payroll.services.pay_links import pay_token
from payroll.services.submissions import batch_submit
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.browser import fits
from tests.cast import PASSWORD
from tests.factories.escalation_pages import deadline
from tests.factories.payouts import noticed, special_account
from tests.factories.payroll import draft, person, site
from tests.factories.people import on_roster, worker

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")
LEAST = 40
# Links within a sentence and the cells of a spreadsheet are as large as their text (WCAG 2.2, 2.5.8); what can't be seen
# is no target.
TOO_SMALL = """least => {
  const found = [];
  const shown = (one) => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return style.visibility !== "hidden" && box.width > 2 && box.height > 2 && box.right > 0 && !one.closest(".sr-only");
  };
  for (const one of document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")) {
    if (!shown(one)) continue;
    let box = one.getBoundingClientRect();
    if (one.matches("[type=checkbox], [type=radio]")) {
      const label = one.closest("label") ?? document.querySelector(`label[for="${one.id}"]`);
      const wide = label?.getBoundingClientRect();
      if (wide && wide.width * wide.height > box.width * box.height) box = wide;
    }
    const words = [...one.parentElement.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (one.matches("a") && words && getComputedStyle(one).display === "inline") continue;
    if (box.width < least || box.height < least)
      found.push(`${one.tagName} ${one.className} ${(one.textContent || one.name).trim().slice(0, 20)}: `
        + `${Math.round(box.width)} × ${Math.round(box.height)}`);
  }
  return found;
}"""

# Boxes that a page sets beside each other: none lies over another one, whatever was done to the links in them.
OVERLAPPING = """() => {
  const boxes = [...document.querySelectorAll(".wp-count, .wp-stat, .wp-tile, .wp-alert, .wp-cards > tbody > tr")]
    .map((one) => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width > 2 && box.height > 2);
  return boxes.flatMap(([one, a], at) => boxes.slice(at + 1)
    .filter(([other, b]) => !one.contains(other) && !other.contains(one)
      && a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom)
    .map(([other]) => `${one.textContent.trim().slice(0, 12)} / ${other.textContent.trim().slice(0, 12)}`));
}"""


def enter(page: Page, user) -> None:
    page.goto("/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def open_(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("main")).to_be_visible()
    page.wait_for_load_state("networkidle")


@pytest.fixture
def project(cast):
    found = site(cast)
    special_account(found, cast.bank)
    return found


@pytest.fixture
def submitted(project):
    return noticed(project, 3)


# ── the head of the page ───────────────────────────────────────────────


@pytest.mark.parametrize("width", [360, 390])
def test_the_portals_name_is_whole_on_a_phone_beside_a_bell_of_three_figures(page, cast, project, width):
    page.set_viewport_size({"width": width, "height": 844})
    enter(page, cast.labour_officer)
    open_(page, "/payroll/")
    page.evaluate("""() => document.querySelector(".wp-top__btn[aria-label^=通知]").insertAdjacentHTML(
        "beforeend", '<span class="wp-dot">99+</span>')""")
    name = page.locator(".wp-brand__name")
    expect(name).to_be_visible()
    cut = name.evaluate(
        "one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.closest('.wp-top').clientHeight"
    )
    boxes = page.evaluate("""() => [".wp-brand__name", ".wp-top__tools"].map((one) => {
        const box = document.querySelector(one).getBoundingClientRect(); return [box.left, box.right]; })""")
    assert not cut
    assert boxes[0][1] <= boxes[1][0]
    assert boxes[1][1] <= width
    fits(page, width)


# ── fingers ────────────────────────────────────────────────────────────


def test_targets_are_large_enough_for_those_who_compile_and_pay(page, cast, project, submitted):
    faulty = draft(project, [person(11), person(12, net_pay=1)], subcontractor=cast.subcontractor)
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.labour_officer)
    for address in (
        "/",
        "/payroll/",
        f"/payroll/{faulty.pk}/",
        f"/payroll/{faulty.pk}/problems/",
        f"/payroll/{submitted.pk}/",
        f"/payroll/{submitted.pk}/payout/",
        f"/payroll/reconciliation/?project={project.code}",
        "/payroll/workers/",
        "/payroll/attendance/upload/",
        f"/projects/{project.code}/?tab=account",
    ):
        open_(page, address)
        assert page.evaluate(TOO_SMALL, LEAST) == [], address
        assert page.evaluate(OVERLAPPING) == [], address
        fits(page)


def test_targets_are_large_enough_for_those_who_supervise(page, cast, project, submitted):
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.supervisor)
    for address in ("/", "/deadlines/", "/escalations/", "/payroll/checks/", "/payroll/checks/unknown_worker/"):
        open_(page, address)
        assert page.evaluate(TOO_SMALL, LEAST) == [], address
        assert page.evaluate(OVERLAPPING) == [], address
        fits(page)


# What a tick box of a card lies over, other than its own cell.
UNDER_A_TICK = """() => [...document.querySelectorAll(".wp-cards > tbody > tr > .wp-check input")].flatMap((tick) => {
  const a = tick.getBoundingClientRect(), row = tick.closest("tr");
  return [...row.querySelectorAll("td:not(.wp-check), th")].flatMap((cell) => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return [...words.getClientRects()].filter((b) => b.width > 1 && a.left < b.right && b.left < a.right
      && a.top < b.bottom && b.top < a.bottom).map(() => cell.textContent.trim().slice(0, 20));
  });
})"""


def test_a_tick_box_lies_over_no_words(page, cast, project):
    project.name = "甘州滨河新区丹霞文化遗址保护利用设施建设及配套管网改造工程（一标段）"
    project.save()
    deadline(project=project, owes=[cast.contractor], supervises=[cast.unit("rsj")], due_on=today() - timedelta(days=9))
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.supervisor)
    open_(page, "/deadlines/")
    expect(page.locator(".wp-check input[name]")).to_be_visible()
    assert page.evaluate(UNDER_A_TICK) == []
    page.locator("td.wp-check + .wp-lead").evaluate("one => one.style.setProperty('min-height', '20px', 'important')")
    assert page.evaluate(UNDER_A_TICK), "the guard sees what it guards against"


def test_the_ranking_of_units_is_cards_on_a_telephone_with_names_on_one_line(page, cast, project):
    deadline(project=project, owes=[cast.contractor], supervises=[cast.unit("rsj")], due_on=today() - timedelta(days=9))
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.leader)
    open_(page, "/")
    ranking = page.locator(".wp-cards--terse", has=page.get_by_role("link", name=cast.contractor.name))
    name = ranking.locator(".wp-lead a").first
    expect(name).to_be_visible()
    figures = ranking.locator("tbody > tr").first.locator("[data-label]")
    assert len({one.bounding_box()["y"] for one in figures.all()}) == 1, "its figures stand beside each other"
    assert name.bounding_box()["height"] < 50, "one line, in its room for the finger"
    fits(page)


def test_today_stands_among_the_dates_of_a_project_where_it_belongs(page, cast, project):
    project.planned_completion_on = today() + timedelta(days=200)
    project.save()
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.supervisor)
    open_(page, f"/projects/{project.code}/")
    days = page.locator(".wp-timeline time").evaluate_all("all => all.map((one) => one.getAttribute('datetime'))")
    assert f"{today()}" in days
    assert days == sorted(days)
    assert days[-1] == f"{project.planned_completion_on}"


def test_the_filters_of_a_list_stand_in_two_columns_on_a_telephone(page, cast, project):
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.supervisor)
    for address in ("/payroll/", "/payroll/attendance/", "/payroll/contests/"):
        open_(page, address)
        fields = page.locator(".wp-filterform > label:not(.form-check, .wp-filterform__q)")
        widths = fields.evaluate_all("all => all.map((one) => Math.round(one.getBoundingClientRect().width))")
        assert widths, address
        assert max(widths) - min(widths) <= 1, (address, widths)
        fits(page)


def test_targets_are_large_enough_for_a_worker(page, project):
    batch = draft(project, [person(1)])
    batch_submit(batch_id=batch.pk, actor=SYSTEM)
    page.set_viewport_size({"width": 390, "height": 844})
    token = pay_token(batch.lines.get().confirmation.key)
    for address in (f"/public/pay/{token}/", f"/public/pay/{token}/contest/"):
        open_(page, address)
        assert page.evaluate(TOO_SMALL, LEAST) == [], address


def test_a_small_target_is_found(page, cast, submitted):
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.labour_officer)
    open_(page, "/payroll/")
    page.evaluate("document.querySelector('main .btn').style.setProperty('min-height', '30px', 'important')")
    page.evaluate("document.querySelector('main .btn').style.setProperty('height', '30px', 'important')")
    assert len(page.evaluate(TOO_SMALL, LEAST)) == 1


def test_a_box_over_another_one_is_found(page, cast, submitted):
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, cast.labour_officer)
    open_(page, "/")
    page.evaluate("document.querySelector('.wp-count').style.setProperty('margin-bottom', '-30px', 'important')")
    assert page.evaluate(OVERLAPPING)


# ── paper ──────────────────────────────────────────────────────────────


def sheets(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each sheet, in points."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def on_paper(page: Page, address: str, width: int) -> bytes:
    """The page as it is printed, and held to what paper asks for; `width`: of the printed area in CSS pixels."""
    open_(page, address)
    pdf = page.pdf(prefer_css_page_size=True)
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(media="print")
    fits(page, width)
    assert page.locator(".btn:visible, .wp-nav:visible, .wp-top:visible, .wp-pager:visible").count() == 0
    for head in page.locator("main .wp-table > thead").all():
        assert head.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    cut = "(width) => [...document.querySelectorAll('main .wp-table :is(th, td)')]"
    cut += ".filter((one) => one.getBoundingClientRect().right > width + 1).length"
    assert page.evaluate(cut, width) == 0
    page.emulate_media(media="null")
    page.set_viewport_size({"width": 1366, "height": 860})
    return pdf


def test_the_payroll_list_and_a_sheet_lie_on_their_side_whole_and_say_who_printed_when(page, cast, project):
    rows = [
        person(n, trade="混凝土浇筑及养护工", remark="夜间连续浇筑，次日补休", bank_name="甘肃银行股份有限公司张掖分行")
        for n in range(1, 41)
    ]
    batch = draft(project, rows, subcontractor=cast.subcontractor)
    enter(page, cast.labour_officer)
    for address in ("/payroll/", f"/payroll/{batch.pk}/"):
        pdf = on_paper(page, address, 1047)
        assert set(sheets(pdf)) == {(842, 595)}, "A4, landscape"
        page.emulate_media(media="print")
        expect(page.get_by_text(re.compile(r"打印于 20\d\d-\d\d-\d\d \d\d:\d\d"))).to_be_visible()
        expect(page.locator("main > .only-print")).to_contain_text(cast.labour_officer.get_full_name())
        page.emulate_media(media="null")
    assert len(sheets(page.pdf(prefer_css_page_size=True))) > 1


def test_other_pages_stand_upright(page, cast, project):
    enter(page, cast.labour_officer)
    open_(page, "/payroll/upload/")
    assert set(sheets(page.pdf(prefer_css_page_size=True))) == {(595, 842)}


def test_the_settlement_of_a_leaver_has_room_for_a_seal_and_a_hand(page, cast, project):
    entry = on_roster(
        project,
        worker(1),
        cast.subcontractor,
        entered_on=today() - timedelta(days=40),
        left_on=today() - timedelta(days=2),
    )
    stay = entry.stays.get()
    settlement_agree(
        stay_id=stay.pk,
        earned=Decimal(9000),
        deductions=Decimal(200),
        deduction_reason="个税",
        paid=Decimal(0),
        off_sheet_checked=True,
        agreed_on=today(),
        actor=SYSTEM,
    )
    enter(page, cast.labour_officer)
    on_paper(page, f"/payroll/stays/{stay.pk}/settlement/paper/", 703)
    page.set_viewport_size({"width": 703, "height": 900})
    page.emulate_media(media="print")
    for cell in page.locator(".wp-official--sign td").all():
        box = cell.bounding_box()
        assert box["width"] > 180, "five centimetres"
        assert box["height"] > 60, "a centimetre and a half"
    amounts = page.locator("main td").filter(has_text=re.compile(r"\d\.\d\d 元"))
    assert amounts.count() == 4
    assert {one.evaluate("one => getComputedStyle(one).textAlign") for one in amounts.all()} == {"right"}
    # The outer half of a collapsed border lies beside the table: there must be room for it on the sheet.
    for table in page.locator("main .wp-table").all():
        room = "one => one.parentElement.getBoundingClientRect().right - one.getBoundingClientRect().right"
        assert table.evaluate(room) >= 0.5
