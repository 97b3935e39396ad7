"""`/healthz`: the process answers. `/readyz`: database, broker, worker and beat do, each `ok` or a reason."""

from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from .heartbeats import BEAT, WORKER

STALE = timedelta(seconds=45)


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when all four are `ok`, else 503; the body says which one isn't and why."""
    found = report()
    well = set(found.values()) == {"ok"}
    reply = JsonResponse(found, status=200 if well else 503, json_dumps_params={"ensure_ascii": False})
    reply._has_been_logged = True  # a probe comes every few seconds; its 503 is an answer, not an error of ours
    return reply


def report() -> dict[str, str]:
    """`database`, `broker`, `worker`, `beat`: `ok` or the reason why not."""
    return {"database": "ok", "broker": _broker(), **_heartbeats()}


def _broker() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as server:
            server.ping()
    except redis.RedisError as error:
        return f"消息服务无应答：{type(error).__name__}"
    return "ok"


def _heartbeats() -> dict[str, str]:
    from responsibilities.models import Heartbeat

    try:
        seen = dict(Heartbeat.objects.values_list("name", "beat_at"))
    except Error as error:
        reason = f"数据库不可用：{type(error).__name__}"
        return {"database": reason, "worker": "未知", "beat": "未知"}
    return {name: _freshness(seen.get(name)) for name in (WORKER, BEAT)}


def _freshness(beat_at) -> str:
    if beat_at is None:
        return "尚无心跳"
    age = timezone.now() - beat_at
    return "ok" if age <= STALE else f"已 {age.total_seconds():.0f} 秒没有心跳"


class HealthMiddleware:
    """Answers probes before hosts, sessions and redirects matter: a probe asks by address, over plain HTTP."""

    paths = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = self.paths.get(request.path)
        return probe(request) if probe else self.get_response(request)
