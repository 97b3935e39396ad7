"""Doorbells. The import's row is the queue; a lost or doubled message changes nothing."""

from celery import shared_task

from accounts.services.statement_imports import READ_TASK, STATEMENTS, statement_read
from responsibilities.services.touch import ring


@shared_task(name=READ_TASK)
def read_statement(import_id: int) -> None:
    """Read a queued bank statement."""
    statement_read(import_id)


@shared_task(name="accounts.sweep_statements")
def sweep_statements() -> None:
    """Ring again for statements whose doorbell or reader was lost."""
    for import_id in STATEMENTS.stranded_unscoped():
        ring(READ_TASK, import_id)
