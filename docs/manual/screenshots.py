"""Makes the pictures of the manual: `make run` in one window, then `.venv/bin/python docs/manual/screenshots.py`.

Without arguments those that the manual shows; names of pictures, or `all`, to look at more.

Takes the demo logins; every person in the pictures is invented. PORTAL_URL (default http://127.0.0.1:8000).
"""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import Page, sync_playwright

from zhangye_wages.demo.logins import PASSWORD
from zhangye_wages.launcher import browser as chromium

IMAGES = Path(__file__).parent / "img"
BASE = os.environ.get("PORTAL_URL", "http://127.0.0.1:8000")
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Shot(NamedTuple):
    """One picture: who looks at what. `follow` is a link on the page, opened before the picture is taken."""

    name: str
    username: str
    path: str
    follow: str = ""
    phone: bool = False
    full: bool = True


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
        wanted = re.findall(r"img/([\w-]+)\.png", (IMAGES.parent / "README.md").read_text("utf-8"))
    if wanted == ["all"]:
        wanted = []
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=chromium.ensure(), args=chromium.FLAGS)
        anonymous = program.new_context(base_url=BASE, viewport=DESKTOP, locale="zh-CN").new_page()
        anonymous.goto("/login/")
        anonymous.screenshot(path=IMAGES / "login.png")
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
        if shot.follow:
            links = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
            found = next((link for link in links if re.match(shot.follow, link.split("?")[0])), None)
            answer = page.goto(found) if found else answer
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{shot.name}.png", full_page=shot.full)
        sideways = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        print(f"{shot.name:<26} {answer.status} {page.url}{'  横向滚动！' if sideways else ''}")


if __name__ == "__main__":
    main(sys.argv[1:])
