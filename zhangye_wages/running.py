"""`/running/`: what `/readyz` tells programs, for the administrator: what runs, since when, and what to do where not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from responsibilities.models import Heartbeat
from responsibilities.rules.roles import Permission
from responsibilities.views.access import needs

from .health import report
from .heartbeats import BEAT, STARTED, WORKER

_STARTED_AT = timezone.now()


@dataclass(frozen=True)
class Part:
    """One part of the system. `since`: running without a break since, where it can be known; `seen`: its last sign."""

    title: str
    what: str
    problem: str
    remedy: str
    since: datetime | None = None
    seen: datetime | None = None


@needs(Permission.USER_MANAGE)
@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """The five parts of the system in words; the page itself shows that web and database answer."""
    found = report()
    problems = {name: "" if words == "ok" else words for name, words in found.items()}
    seen = dict(Heartbeat.objects.values_list("name", "beat_at"))
    parts = [
        Part("网页服务", "各单位登录和办理的页面", "", "", since=_STARTED_AT, seen=timezone.now()),
        Part(
            "数据库",
            "保存全部业务数据和留痕",
            problems["database"],
            "请检查数据库服务是否启动、磁盘是否已满。恢复之前不能登录和办理，已保存的数据不受影响。",
            since=_known(_database_since),
            seen=timezone.now(),
        ),
        Part(
            "消息服务",
            "把上传的文件和变动通知给后台任务",
            problems["broker"],
            "请检查消息服务（Redis 或 Valkey）是否启动。恢复后，积压的文件会自动接着读取，不用重新上传。",
            since=_known(_broker_since),
        ),
        Part(
            "后台任务",
            "读取工资表、考勤表、银行回执和流水，重算时限",
            problems[WORKER],
            "请重新启动后台任务（worker）。其间上传的文件停在“等待读取”，启动后自动接着读取，不用重新上传。",
            since=seen.get(STARTED[WORKER]),
            seen=seen.get(WORKER),
        ),
        Part(
            "定时任务",
            "每天推算时限、发出提醒和预警，找回中断的任务",
            problems[BEAT],
            "请重新启动定时任务（beat）。停止期间没有发出的提醒和预警，启动后自动补上。",
            since=seen.get(STARTED[BEAT]),
            seen=seen.get(BEAT),
        ),
    ]
    wrong = [part for part in parts if part.problem]
    context = {"parts": parts, "wrong": wrong, "now": timezone.now()}
    return render(request, "running.html", context)


def _known(read: Callable[[], datetime]) -> datetime | None:
    """What a part says of itself; None where it doesn't answer. The report says why."""
    try:
        return read()
    except redis.RedisError:
        return None


def _database_since() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time()")
        return cursor.fetchone()[0]


def _broker_since() -> datetime:
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as server:
        return timezone.now() - timedelta(seconds=int(server.info("server")["uptime_in_seconds"]))
