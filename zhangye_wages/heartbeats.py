"""Signs of life of the worker and of beat, written to PostgreSQL, and a watchdog for a worker gone deaf.

After a lost connection a worker can go on without consuming, and a wedged pool accepts nothing. So every worker
rings itself through the broker; `/readyz` shows the age of the last answer, and a worker that has received
nothing for longer than its longest task may last ends itself, so that whoever runs it starts it anew.
"""

import logging
import os
import signal
import threading
import time

from celery import bootsteps, shared_task
from celery.beat import Scheduler
from celery.signals import task_received
from django.db import Error, connection
from django.utils import timezone

logger = logging.getLogger(__name__)

WORKER, BEAT = "worker", "beat"
STARTED = {WORKER: "worker_started", BEAT: "beat_started"}  # the same row each time: the last start counts
PERIOD = 10.0
BUSY_LIMIT = 330.0  # the hard limit of a task is 300 s: a busy worker hears again within it
DEAF_LIMIT = 420.0
BEAT_LOCK = 20_201_231  # advisory lock of the one beat that rings


def write(name: str) -> None:
    """Note that `name` is alive now."""
    from responsibilities.models import Heartbeat

    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})


@shared_task(name="zhangye_wages.worker_heartbeat")
def worker_heartbeat() -> None:
    """Proves broker, consumer, pool and database in one go."""
    write(WORKER)


class Pulse(bootsteps.StartStopStep):
    """Rings this worker through the broker, starts its watchdog."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent) -> None:
        Watchdog.start_once()
        _write_started(WORKER)
        self._entry = parent.timer.call_repeatedly(PERIOD, _ring, (parent.app,))
        _ring(parent.app)

    def stop(self, parent) -> None:
        if getattr(self, "_entry", None):
            self._entry.cancel()


def _write_started(name: str) -> None:
    """For `/running/` only: a start isn't held up by it."""
    try:
        write(STARTED[name])
    except Error:
        logger.warning("start could not be written", exc_info=True)
    finally:
        connection.close()  # the pool forks after it: none is kept open


def _ring(app) -> None:
    try:
        app.send_task("zhangye_wages.worker_heartbeat", expires=PERIOD * 2, retry=False, ignore_result=True)
    except Exception:
        # The broker is away; the consumer notices and reconnects, the watchdog counts.
        logger.warning("heartbeat could not be sent", exc_info=True)


class Watchdog(threading.Thread):
    """Keeps the worker's sign of life fresh while it is busy, ends the worker when it has gone deaf."""

    _only: "Watchdog | None" = None

    def __init__(self):
        super().__init__(name="watchdog", daemon=True)
        self.heard_at = time.monotonic()
        task_received.connect(self._heard, weak=False)

    @classmethod
    def start_once(cls) -> None:
        if cls._only is None:
            cls._only = cls()
            cls._only.start()

    def _heard(self, **_) -> None:
        self.heard_at = time.monotonic()

    def run(self) -> None:
        while True:
            time.sleep(PERIOD)
            silence = time.monotonic() - self.heard_at
            if silence > DEAF_LIMIT:
                logger.error("no task received for %.0f s, ending this worker", silence)
                os.kill(os.getpid(), signal.SIGQUIT)
            elif PERIOD * 2 < silence < BUSY_LIMIT:
                self._write_while_busy()

    def _write_while_busy(self) -> None:
        try:
            write(WORKER)
        except Error:
            logger.warning("heartbeat could not be written", exc_info=True)
        finally:
            connection.close()  # this thread's own; the pool forks, so none is kept open


class OneBeat(Scheduler):
    """Beat whose sign of life is its own tick, and of which only one rings at a time.

    Two beats would double every message. The advisory lock lives with the database session; a second beat
    waits and takes over when the first is gone. Nothing is kept in a file: sweeps find what was missed.
    """

    _leads = False
    _written_at = 0.0

    def tick(self, *args, **kwargs) -> float:
        try:
            if not self._lead():
                return PERIOD / 2
            if time.monotonic() - self._written_at >= PERIOD:
                write(BEAT)
                self._written_at = time.monotonic()
        except Error:
            logger.warning("beat waits for the database", exc_info=True)
            self._leads = False
            connection.close()
            return PERIOD / 2
        return min(super().tick(*args, **kwargs), PERIOD)

    def _lead(self) -> bool:
        if not self._leads:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [BEAT_LOCK])
                self._leads = cursor.fetchone()[0]
            if self._leads:
                write(STARTED[BEAT])
        return self._leads
