"""Probes tell the truth about database, broker, worker and beat."""

import datetime
import json

import pytest
from django.utils import timezone

from responsibilities.models import Heartbeat
from zhangye_wages import heartbeats

pytestmark = pytest.mark.django_db


def beat(name: str, seconds_ago: int) -> None:
    at = timezone.now() - datetime.timedelta(seconds=seconds_ago)
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": at})


def test_healthz_answers_without_touching_anything(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_readyz_is_200_when_all_four_are_well(client):
    beat("worker", 5)
    beat("beat", 5)
    reply = client.get("/readyz")
    assert reply.status_code == 200
    assert json.loads(reply.content) == dict.fromkeys(("database", "broker", "worker", "beat"), "ok")


@pytest.mark.parametrize("silent", ["worker", "beat"])
def test_readyz_is_503_and_names_the_one_that_is_silent(client, silent):
    beat("worker", 5)
    beat("beat", 5)
    beat(silent, 300)
    reply = client.get("/readyz")
    assert reply.status_code == 503
    told = json.loads(reply.content)
    assert "秒没有心跳" in told.pop(silent)
    assert set(told.values()) == {"ok"}


def test_readyz_is_503_when_the_broker_is_away(client, settings):
    beat("worker", 5)
    beat("beat", 5)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert json.loads(reply.content)["broker"] != "ok"


def test_the_administrator_reads_in_words_what_runs_and_what_to_do_where_something_does_not(client, cast):
    beat("worker", 300)
    beat("beat", 5)
    client.force_login(cast.administrator)
    shown = client.get("/running/").content.decode()
    assert "1 个部分不正常：后台任务" in shown
    assert "请重新启动后台任务" in shown
    assert "请重新启动定时任务" not in shown, "nothing is to be done where all is well"
    assert "/running/" in client.get("/").content.decode()
    beat("worker", 5)
    assert "各部分运行正常" in client.get("/running/").content.decode()


def test_the_page_of_what_runs_comes_up_while_the_broker_is_away(client, cast, settings):
    beat("worker", 5)
    beat("beat", 5)
    client.force_login(cast.administrator)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    shown = client.get("/running/").content.decode()
    assert "1 个部分不正常：消息服务" in shown
    assert "消息服务无应答" in shown


def test_probes_answer_whatever_host_they_are_asked_under(client, settings):
    settings.ALLOWED_HOSTS = ["portal.example.cn"]
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_answers_its_own_ring(celery_worker_process):
    assert Heartbeat.objects.get(name="worker").beat_at > timezone.now() - datetime.timedelta(seconds=60)


@pytest.mark.django_db(transaction=True)
def test_of_two_beats_one_rings_and_the_other_takes_over(settings):
    from django.db import connections

    from zhangye_wages.celery import app

    first = heartbeats.OneBeat(app=app, lazy=True)
    assert first._lead()
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [heartbeats.BEAT_LOCK])
        assert cursor.fetchone() == (False,)
        connections["default"].close()
        cursor.execute("SELECT pg_advisory_lock(%s)", [heartbeats.BEAT_LOCK])
    second = heartbeats.OneBeat(app=app, lazy=True)
    assert not second._lead()
    other.close()
