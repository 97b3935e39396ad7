"""Rings higher rooms without importing them: a row in the writer's transaction, then a doorbell by name."""

import logging
from collections.abc import Iterable

from celery import current_app
from django.db import transaction

from responsibilities.models import Touched

logger = logging.getLogger(__name__)

DOORBELL = "escalation.reconcile_touched"


def touch_projects(project_ids: Iterable[int]) -> None:
    """Say that facts of these projects changed. The row is the message; the doorbell may get lost.

    Must be called inside the writer's transaction.
    """
    rows = [Touched(project_id=pk) for pk in sorted(set(project_ids))]
    if not rows:
        return
    Touched.objects.bulk_create(rows)
    transaction.on_commit(lambda: ring(DOORBELL))


def ring(task_name: str, *args: int) -> None:
    """Wake a worker. A dead broker must not fail the writer's request: beat's sweep finds the row."""
    try:
        current_app.send_task(task_name, args=args, ignore_result=True, retry=False)
    except Exception:
        # The row is committed and is the queue of record; the doorbell alone is lost.
        logger.warning("broker out of reach, %s waits for the sweep", task_name, exc_info=True)
