"""A clerk drops a sheet of 300 rows: how long until its rows are on the screen, through a real server and worker.

Takes the steps that the upload script and the page take (static/js/upload.js, templates/payroll/_progress.html):
send the file, open the batch's page, ask again after as long as the page itself says, load the page anew when it is
read. Goal: 1.5 s at the median, and something to see within a second.
"""

import datetime
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

ROWS, RUNS, WARM = 300, 17, 2
MONTH = datetime.date(2026, 9, 1)
GOAL, FIRST_SIGHT = 1.5, 1.0
PATIENCE = 120.0
BOUNDARY = "----payroll-upload-bench"
WAITS = re.compile(r'id="progress"[^>]*hx-trigger="(?:every|load delay:)\s*(\d+)ms')
SHOWN = '<tr id="r'


def run(report) -> None:
    """Tells `report(name, seconds, floor_seconds, note)`; the goal stands where a floor would."""
    from tests.cast import build_cast
    from tests.factories.payroll import person, sheet_bytes, site

    cast = build_cast()
    project = site(cast, f"BENCH-{time.time_ns()}")
    with _portal() as port:
        clerk = _Clerk(port, cast.labour_officer)
        seen, shown, parts = [], [], {}
        for number in range(WARM + RUNS):
            data = sheet_bytes([person(number * ROWS + n) for n in range(ROWS)])
            took = clerk.upload(project, data)
            if number >= WARM:
                seen.append(took["看到进度"])
                shown.append(took["看到各行"])
                for part, seconds in took.items():
                    parts.setdefault(part, []).append(seconds)
    note = f"{ROWS} 行，{RUNS} 次的中位数，最慢 {max(shown):.2f} 秒；下限栏是目标"
    report("上传到看到各行", statistics.median(shown), GOAL, note)
    report("上传到看到进度", statistics.median(seen), FIRST_SIGHT, f"最慢 {max(seen):.2f} 秒")
    print("  " + "，".join(f"{part} {statistics.median(took):.2f}" for part, took in parts.items()), flush=True)


class _Clerk:
    """A browser of somebody who is logged in, as far as this page needs one."""

    def __init__(self, port: int, user) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self.host, self.session = f"127.0.0.1:{port}", session.session_key
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.csrf = ""
        status, headers, page = self._ask("GET", "/payroll/upload/")
        assert status == 200, (status, headers.get("Location"))
        self.csrf = re.search(rf"{settings.CSRF_COOKIE_NAME}=([^;]+)", headers["Set-Cookie"])[1]
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]

    def upload(self, project, data: bytes) -> dict[str, float]:
        """Seconds from the send button until …"""
        fields = {
            "csrfmiddlewaretoken": self.token,
            "project": project.code,
            "month": f"{MONTH:%Y-%m}",
            "employer": "own",
        }
        begun = time.perf_counter()
        status, headers, text = self._ask("POST", "/payroll/upload/", _form(fields, data), {"X-Upload": "script"})
        took = {"已收到": time.perf_counter() - begun}
        if status == 302:
            # A browser's request follows by itself before the script sees the address.
            self._ask("GET", headers["Location"])
        address = headers.get("Location") or headers.get("X-Location")
        assert address, (status, text[:2000])
        page = self._page(address)
        took["看到进度"] = time.perf_counter() - begun
        polls = 0
        while waits := WAITS.search(page):
            time.sleep(int(waits[1]) / 1000)
            polls += 1
            status, headers, page = self._ask(
                "GET", f"{address.split('?')[0]}progress/", headers={"HX-Request": "true"}
            )
            if status == 204:
                took["读完"] = time.perf_counter() - begun
                page = self._page(address)
        assert SHOWN in page, page[:3000]
        took["看到各行"] = time.perf_counter() - begun
        return took

    def _page(self, address: str) -> str:
        status, headers, page = self._ask("GET", address)
        assert status == 200, (status, headers)
        return page

    def _ask(self, method: str, address: str, body: bytes | None = None, headers: dict | None = None):
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={self.csrf}"
        all_headers = {"Cookie": cookies, "Referer": f"http://{self.host}/payroll/upload/"} | (headers or {})
        if body is not None:
            all_headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        self.line.request(method, address, body, all_headers)
        answer = self.line.getresponse()
        return answer.status, answer.headers, answer.read().decode()


def _form(fields: dict[str, str], data: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="9.xlsx"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return "".join([*parts, file]).encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()


@contextmanager
def _portal():
    """Web server and worker as `make run` starts them, on this bench's database; gives the port."""
    import redis

    from responsibilities.models import Heartbeat
    from zhangye_wages.launcher.run import COMMANDS

    redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    Heartbeat.objects.all().delete()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    around = os.environ | {"HOST": "127.0.0.1", "PORT": str(port)}
    extra = {"worker": {"PORTAL_BROKER_TIMEOUT": "15"}}
    running = [
        subprocess.Popen([sys.executable, "-m", *COMMANDS[name]], env=around | extra.get(name, {}))
        for name in ("web", "worker")
    ]
    try:
        _until(lambda: _answers(port), "网页服务没有启动", running)
        _until(lambda: Heartbeat.objects.filter(name="worker").exists(), "任务进程没有启动", running)
        yield port
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _until(condition, complaint: str, running: list[subprocess.Popen]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert all(process.poll() is None for process in running), complaint
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)
