"""A large sheet in a real browser: within a second of the click a person sees that it goes on, and how far, to its end.

The page itself takes the times: a watch that runs before everything else notes the click and each progress it shows.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from payroll.models import PayrollBatch
from payroll.services.reading import batch_read
from tests.cast import PASSWORD, build_cast
from tests.factories.payroll import person, sheet_bytes, site

ROWS = 20_000
PATIENCE = 180_000
SOON = 1_000  # milliseconds from the click: what a person is promised
ARRIVED = 5_000  # milliseconds from the server's answer to the batch's own progress, on a machine that is busy
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Notes, over all pages: when the form was sent, when the browser left for the batch's page, and every progress shown.
WATCH = """
const now = () => performance.timeOrigin + performance.now();
const noted = JSON.parse(sessionStorage.getItem("watch") || '{"shown": []}');
const keep = () => sessionStorage.setItem("watch", JSON.stringify(noted));
document.addEventListener("click", (event) => {
  if (event.target.closest?.("form[data-upload] button")) { noted.clicked = now(); noted.shown = []; keep(); }
}, true);
addEventListener("pagehide", () => { noted.left = now(); keep(); });
const look = () => {
  for (const bar of document.querySelectorAll("progress")) {
    if (!noted.clicked || !bar.checkVisibility()) continue;
    const place = bar.closest("#progress") ? "batch" : "upload";
    const said = bar.closest(".wp-progress").innerText.replace(/\\s+/g, " ").trim();
    const last = noted.shown.at(-1);
    if (last?.place !== place || last?.said !== said) { noted.shown.push({ at: now(), place, said }); keep(); }
  }
  requestAnimationFrame(look);
};
look();
"""
HIDE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync("progress, .wp-progress { display: none !important; }");
document.adoptedStyleSheets = [sheet];
"""


@dataclass
class Seen:
    """What the page showed: milliseconds from the click, place (the upload's page or the batch's), words."""

    shown: list[tuple[float, str, str]]
    left: float

    def first(self, place: str) -> float | None:
        return next((at for at, where, _said in self.shown if where == place), None)

    @property
    def rows_done(self) -> list[int]:
        found = [re.search(r"约 (\d+) / \d+ 行", said) for _at, _where, said in self.shown]
        return [int(match[1]) for match in found if match]


def seen_by(page: Page) -> Seen:
    noted = page.evaluate("JSON.parse(sessionStorage.getItem('watch'))")
    begun = noted["clicked"]
    return Seen([(one["at"] - begun, one["place"], one["said"]) for one in noted["shown"]], noted["left"] - begun)


@pytest.fixture
def place(transactional_db, settings, monkeypatch):
    settings.PORTAL_TODAY = "2026-11-23"
    monkeypatch.setenv("PORTAL_TODAY", settings.PORTAL_TODAY)
    cast = build_cast()
    return cast, site(cast)


def upload(page: Page, cast, project, data: bytes) -> None:
    page.goto("/login/")
    page.fill("[name=username]", cast.labour_officer.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile(r"/$"))
    page.goto(f"/payroll/upload/?project={project.code}&month=2026-10&employer=own")
    page.set_input_files("#main [name=file]", {"name": "10月工资.xlsx", "mimeType": XLSX, "buffer": data})
    page.get_by_role("button", name="上传并核验").click()
    expect(page).to_have_url(re.compile(r"/payroll/\d+/"), timeout=PATIENCE)


@pytest.fixture(scope="module")
def large_sheet() -> bytes:
    return sheet_bytes([person(n) for n in range(1, ROWS + 1)])


def test_within_a_second_a_person_sees_that_it_goes_on_and_then_how_far(
    place, celery_worker_process, large_sheet, page: Page, record_property
):
    page.add_init_script(WATCH)
    upload(page, *place, large_sheet)
    expect(page.locator(".wp-stat").first).to_contain_text(
        re.compile("共 20,?000 行"), timeout=PATIENCE
    )  # nobody reloaded
    seen = seen_by(page)
    first, on_page = seen.first("upload"), seen.first("batch")
    record_property("milliseconds", {"upload": first, "left": seen.left, "batch": on_page})
    assert first is not None, "the upload's own bar was never shown"
    assert first < SOON
    assert on_page is not None, "the batch's page showed no progress"
    assert on_page - first < ARRIVED
    done = seen.rows_done
    assert done == sorted(done), "it went back"
    assert [at for at in done if 0 < at < ROWS], f"it never said how far it was: {seen.shown}"
    batch = PayrollBatch.objects.get()
    assert (batch.status, batch.accepted, batch.attempts) == ("draft", ROWS, 1)


def test_a_display_that_is_missing_is_noticed(place, page: Page):
    """A negative control: the same watch, where the bars can't be seen."""
    page.add_init_script(HIDE)
    page.add_init_script(WATCH)
    upload(page, *place, sheet_bytes([person(1)]))
    expect(page.get_by_text("已收到文件")).to_be_hidden()
    seen = seen_by(page)
    assert (seen.first("upload"), seen.first("batch")) == (None, None)


def test_without_scripts_the_page_says_what_to_do(place, browser: Browser, live_server):
    cast, project = place
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    upload(page, cast, project, sheet_bytes([person(1), person(2)]))
    expect(page.get_by_text("已收到文件")).to_be_visible()
    expect(page.get_by_role("progressbar", name="核验进度")).to_be_visible()
    expect(page.get_by_text("可以离开这个页面")).to_be_visible()
    batch_read(PayrollBatch.objects.get().pk)
    page.get_by_role("link", name="刷新进度").click()
    expect(page.locator(".wp-stat").first).to_contain_text("共 2 行")
    expect(page.get_by_text("已收到文件")).to_be_hidden()
    context.close()
