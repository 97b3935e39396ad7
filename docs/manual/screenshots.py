"""Makes the pictures of the manual: `make run` in one window, then `.venv/bin/python docs/manual/screenshots.py`.

Without arguments those that the manual shows; names of pictures, or `all`, to look at more.

Takes the demo logins; every person in the pictures is invented. PORTAL_URL (default http://127.0.0.1:8000).
"""

import base64
import os
import re
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import openpyxl
from playwright.sync_api import Page, sync_playwright

from zhangye_wages.demo.logins import PASSWORD
from zhangye_wages.launcher import browser as chromium

IMAGES = Path(__file__).parent / "img"
BASE = os.environ.get("PORTAL_URL", "http://127.0.0.1:8000")
# Text stays sharp at this, and a picture weighs a fifth of a .png.
QUALITY = 62
TALLEST = 1500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Shot(NamedTuple):
    """One picture: who looks at what. `follow` are links, each opened on the page before; `act` is done there and
    returns the page that the picture shows.
    """

    name: str
    username: str
    path: str
    follow: str | tuple[str, ...] = ()
    phone: bool = False
    full: bool = True
    act: Callable[[Page], Page] | None = None


def upload_odd_sheet(page: Page) -> Page:
    """A sheet whose titles say too little, as far as the question which column is which."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["10月"])
    sheet.append(["序", "谁", "身份证号", "卡", "几天", "全部", "扣了", "到手", "队里"])
    for at in range(6):
        # Numbers of nobody: whether they pass is not what the picture shows.
        card, number = f"62170042300{at:08d}", f"62070219800101{at:04d}"
        sheet.append([at + 1, f"王{'一二三四五六'[at]}", number, card, 26, 5980, 600, 5380, f"木工{at % 3 + 1}班"])
    box = BytesIO()
    book.save(box)
    page.select_option("[name=project]", index=1)
    page.wait_for_load_state("networkidle")
    page.set_input_files("[name=file]", {"name": "十月工资.xlsx", "mimeType": XLSX, "buffer": box.getvalue()})
    page.get_by_role("button", name="上传并核验").click()
    page.wait_for_url("**/mapping/")
    return page


def worker_scans_poster(page: Page) -> Page:
    """From the site's poster to a worker's own pay, on a telephone and without login."""
    scanned = page.get_by_role("link", name="看扫码后的页面").get_attribute("href")
    phone = page.context.browser.new_context(
        base_url=BASE, viewport=PHONE, locale="zh-CN", is_mobile=True, has_touch=True
    ).new_page()
    phone.goto(scanned)
    page.go_back(wait_until="load")
    page.goto(_link(page, r"^/payroll/workers/\d+/$", at=1))
    whole = page.locator("button[name=field][value=id_number]")
    whole.click()
    whole.wait_for(state="detached")
    name, number, telephone = (text.split()[0] for text in page.locator(".wp-dl dd").all_inner_texts()[:3])
    phone.fill("[name=name]", name)
    phone.fill("[name=id_last6]", number[-6:])
    phone.fill("[name=phone_last4]", telephone[-4:])
    phone.get_by_role("button", name="查工资").click()
    phone.wait_for_load_state()
    return phone


SHOTS = (
    Shot("dashboard", "zjj_ganzhou", "/", full=False),
    Shot("dashboard-phone", "zjj_ganzhou", "/", phone=True),
    Shot("dashboard-head", "zjj_head", "/"),
    Shot("dashboard-supervisor", "rsj_city", "/"),
    Shot("dashboard-contractor", "laozi", "/"),
    Shot("dashboard-developer", "jianshe", "/"),
    Shot("dashboard-subcontractor", "fenbao", "/"),
    Shot("dashboard-bank", "yinhang", "/"),
    Shot("dashboard-leader", "lingdao", "/"),
    Shot("dashboard-leader-phone", "lingdao", "/", phone=True),
    Shot("dashboard-auditor", "shenji", "/"),
    Shot("dashboard-admin", "admin", "/"),
    Shot("deadlines", "rsj_city", "/deadlines/"),
    Shot("deadlines-phone", "rsj_city", "/deadlines/", phone=True),
    Shot("deadline", "rsj_city", "/deadlines/?status=overdue", follow=r"^/deadlines/\d+/$"),
    Shot("deadline-phone", "zjj_ganzhou", "/deadlines/", follow=r"^/deadlines/\d+/$", phone=True),
    Shot("queue", "rsj_city", "/escalations/"),
    Shot("queue-phone", "rsj_city", "/escalations/", phone=True),
    Shot("notices", "zjj_ganzhou", "/notices/"),
    Shot("responsibilities", "rsj_city", "/responsibilities/"),
    Shot("projects", "rsj_city", "/projects/"),
    Shot("projects-phone", "zjj_ganzhou", "/projects/", phone=True),
    Shot("project", "rsj_city", "/projects/", follow=r"^/projects/(?!import|new)[^/]+/$"),
    Shot("project-import", "rsj_city", "/projects/import/"),
    Shot("project-new", "fgw_ganzhou", "/projects/new/"),
    Shot("payroll", "laozi", "/payroll/"),
    Shot("payroll-upload", "laozi", "/payroll/upload/"),
    Shot("payroll-upload-phone", "laozi", "/payroll/upload/", phone=True),
    Shot("payroll-batch", "laozi", "/payroll/?status=draft", follow=r"^/payroll/\d+/$"),
    Shot(
        "payroll-problems", "laozi", "/payroll/?status=draft", follow=(r"^/payroll/\d+/$", r"^/payroll/\d+/problems/$")
    ),
    Shot("payroll-audit", "laozi", "/payroll/?stage=confirming", follow=(r"^/payroll/\d+/$", r"^/payroll/\d+/audit/$")),
    Shot("payroll-mapping", "laozi", "/payroll/upload/", act=upload_odd_sheet),
    Shot(
        "worker-phone",
        "laozi",
        "/payroll/?stage=confirming",
        follow=(r"^/payroll/\d+/$", r"^/payroll/poster/"),
        act=worker_scans_poster,
    ),
    Shot("payroll-notice", "laozi", "/payroll/?stage=noticed", follow=(r"^/payroll/\d+/$", r"^/payroll/\d+/notice/$")),
    Shot("payroll-payout", "laozi", "/payroll/?turn=unpaid", follow=(r"^/payroll/\d+/$", r"^/payroll/\d+/payout/$")),
    Shot("reconciliation", "laozi", "/payroll/reconciliation/"),
    Shot("workers", "fenbao", "/payroll/workers/?worry=no_contract"),
    Shot("worker-stays", "fenbao", "/payroll/workers/", follow=(r"^/payroll/workers/\d+/$", r"\?tab=stays")),
    Shot("leavers", "laozi", "/payroll/leavers/"),
    Shot("attendance-upload", "fenbao", "/payroll/attendance/upload/"),
    Shot(
        "attendance-month",
        "fenbao",
        "/payroll/workers/",
        follow=(r"^/payroll/workers/\d+/$", r"\?tab=attendance", r"^/payroll/attendance/[^/]+/\d{4}-\d\d/$"),
    ),
    Shot("same-days", "rsj_city", "/payroll/attendance/same-days/"),
    Shot("contests", "rsj_city", "/payroll/contests/"),
    Shot("checks", "rsj_city", "/payroll/checks/"),
    Shot("minimum-wages", "rsj_city", "/payroll/minimum-wages/"),
    Shot("calendar", "rsj_city", "/calendar/"),
    Shot("rules", "rsj_city", "/rules/"),
    Shot("organizations", "rsj_city", "/organizations/"),
    Shot("obstacles", "rsj_city", "/obstacles/"),
    Shot("users", "admin", "/users/"),
    Shot("trail", "shenji", "/trail/"),
    Shot("password", "zjj_ganzhou", "/password/"),
)


def main(wanted: list[str]) -> None:
    """The manual's pictures, those whose names are given, or all."""
    if not wanted:
        pages = "".join(page.read_text("utf-8") for page in sorted(IMAGES.parent.glob("*.md")))
        wanted = re.findall(r"img/([\w-]+)\.webp", pages)
    if wanted == ["all"]:
        wanted = []
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=chromium.ensure(), args=chromium.FLAGS)
        anonymous = program.new_context(base_url=BASE, viewport=DESKTOP, locale="zh-CN").new_page()
        anonymous.goto("/login/")
        _picture(anonymous, "login", full=False)
        for username in dict.fromkeys(shot.username for shot in SHOTS):
            shots = [shot for shot in SHOTS if shot.username == username and (not wanted or shot.name in wanted)]
            for phone in (False, True):
                chosen = [shot for shot in shots if shot.phone == phone]
                if chosen:
                    context = program.new_context(
                        base_url=BASE, viewport=PHONE if phone else DESKTOP, locale="zh-CN", is_mobile=phone
                    )
                    _take(context.new_page(), username, chosen)
                    context.close()
        program.close()


def _take(page: Page, username: str, shots: list[Shot]) -> None:
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/$"))
    for shot in shots:
        answer = page.goto(shot.path)
        for follow in (shot.follow,) if isinstance(shot.follow, str) else shot.follow:
            found = _link(page, follow)
            if found is None:
                print(f"{shot.name:<26} 没有找到 {follow}")
                break
            answer = page.goto(found)
        else:
            shown = shot.act(page) if shot.act else page
            shown.wait_for_load_state("networkidle")
            _picture(shown, shot.name, full=shot.full)
            sideways = shown.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
            print(f"{shot.name:<26} {answer.status} {page.url}{'  横向滚动！' if sideways else ''}")


def _link(page: Page, wanted: str, at: int = 0) -> str | None:
    """Where the page's link number `at` of those that match leads; None where there is none."""
    links = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
    matching = list(dict.fromkeys(link for link in links if re.search(wanted, link.split("?")[0] or link)))
    return urljoin(page.url, matching[at]) if len(matching) > at else None


def _picture(page: Page, name: str, *, full: bool) -> None:
    """As .webp, which only the browser's own protocol makes; a long page is cut where a reader has seen enough."""
    size = page.viewport_size
    tall = page.evaluate("document.documentElement.scrollHeight") if full else size["height"]
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {
            "format": "webp",
            "quality": QUALITY,
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(tall, TALLEST), "scale": 1},
        },
    )
    (IMAGES / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    main(sys.argv[1:])
