"""Doorbells of the deadline engine. The rows are the queue: what a lost bell leaves, the next sweep finds."""

from celery import shared_task

from escalation.services import reconcile as engine
from responsibilities.selectors.clock import today


@shared_task(name="escalation.reconcile_all")
def reconcile_all() -> None:
    """Every project, every rule: after midnight, and every few minutes for what nobody rang for."""
    engine.reconcile(today=today())


@shared_task(name="escalation.reconcile_touched")
def reconcile_touched() -> None:
    """The projects whose facts changed."""
    engine.reconcile_touched(today=today())
