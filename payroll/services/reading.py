"""Reading a queued batch: claim, understand, then one transaction that makes it a draft."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F

from payroll.models import PayrollBatch
from payroll.rules.month import Month
from payroll.services.back_pay import repeated_pay_remark
from payroll.services.courier import Courier
from payroll.services.deciding import NOBODY, Deciding, Unsure, batch_ask, layouts_note
from payroll.services.lines import lines_add, lines_clear, lines_stop, lines_text, rejected_replace
from payroll.services.newcomers import Newcomers
from payroll.services.progress import Progress
from payroll.services.queue import batch_claim, batch_give_up, reading_alone
from payroll.services.remarks import WaitingRemarks, remarks_replace, waiting_remarks_store
from payroll.services.sheets import Understood, open_sheet
from responsibilities.services import vault
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event
from sheets.refusal import Refusal

LONGEST_PAUSE = "120s"  # a chunk takes a tenth of a second
ANNOTATE_TASK = "payroll.annotate_batch"
Status = PayrollBatch.Status


class Overtaken(Exception):
    """The batch was discarded, or given to another reader, while this one was at work."""


def batch_read(batch_id: int, *, understood: Understood | None = None) -> Understood | None:
    """Read a batch if nobody else does. Returns what was read, None where there was nothing to do or it was refused.

    Safe to ring at any time and to kill at any moment: attempts are counted first, and everything that is
    read is stored in one transaction, instead of whatever an earlier reading stored. `understood` is for a
    command that has opened the file already. Other errors propagate, so that they are seen.
    """
    with reading_alone(batch_id) as alone:
        batch = batch_claim(batch_id) if alone else None
        if batch is None:
            return None
        deciding = Deciding(batch)
        try:
            with Progress(batch.pk, batch.attempts) as progress:
                # Whoever opened the file wants to know all; else nobody needs the remarks once they are stored.
                hold = understood is not None
                if understood is None:
                    data = vault.unseal_bytes(batch.file.sealed, "file")
                    month = Month(batch.month_on.year, batch.month_on.month)
                    understood = open_sheet(
                        data,
                        project=batch.project,
                        month=month,
                        subcontractor_id=batch.subcontractor_id,
                        kind=batch.kind,
                        decide=deciding,
                        told=progress.begin,
                    )
                    # The rows are kept more tightly: the file needn't lie beside them, sealed and open.
                    del data, batch.file.sealed
                with _no_cycles_searched():
                    _store(batch, understood, progress, deciding, hold=hold)
        except Unsure as unsure:
            batch_ask(batch, unsure.proposal)
            return None
        except Refusal as refusal:
            _refuse(batch, refusal)
            return None
        except Overtaken:
            return None
        except BaseException:
            batch_give_up(batch)
            raise
        return understood


def _store(batch: PayrollBatch, understood: Understood, progress: Progress, deciding: Deciding, *, hold: bool) -> None:
    with transaction.atomic():
        _be_strict()
        lines_clear(batch.pk)
        with Courier() as courier:
            newcomers, waiting = Newcomers(courier), WaitingRemarks(courier)
            give = None if hold else waiting.give
            for lines, recognised in understood.chunks(
                courier, reserve=newcomers.reserve, told=progress.tell, give=give
            ):
                workers, cards = newcomers.settle(lines, recognised)
                courier.call(lines_add, lines_text(batch.pk, lines, workers, cards))
            courier.finish()
        newcomers.finish()
        if not understood.parsed.rows and deciding.decided:
            # A command, which decides nothing, says itself that no row was read.
            raise Refusal("empty", NOBODY)
        lines_stop(batch.pk, understood.stopped)
        parsed = understood.parsed
        if waiting.count:
            waiting_remarks_store(batch.pk, understood.taken_back)
        else:
            remarks_replace(batch.pk, understood.remarks)
        rejected_replace(batch.pk, understood.rejected)
        if batch.kind == PayrollBatch.Kind.BACK_PAY:
            repeated_pay_remark(batch=batch)
        # Last, because whoever holds the row keeps the progress from being written.
        stored = PayrollBatch.objects.filter(pk=batch.pk, status=Status.READING, attempts=batch.attempts).update(
            status=Status.DRAFT,
            sheet=parsed.sheet[:80],
            header_rows=parsed.header_rows,
            columns=parsed.columns,
            parts=parsed.parts,
            ignored_rows=parsed.ignored_rows,
            rows=parsed.rows,
            rows_done=parsed.rows,
            accepted=parsed.accepted,
            rejected=parsed.rejected,
            total_net=parsed.total_net,
            declared_total_net=parsed.declared_total_net,
            annotated=None,
            judged_at=understood.judged_at,
            **deciding.kept(),
            version=F("version") + 1,
        )
        if not stored:
            raise Overtaken()
        layouts_note(deciding)
        record_event(
            actor=Actor.system("payroll.read_batch"),
            action="payroll.read",
            target=batch,
            project_id=batch.project_id,
            changes={
                "sha256": ["", batch.file.sha256],
                "rows": ["", str(parsed.rows)],
                "accepted": ["", str(parsed.accepted)],
                "rejected": ["", str(parsed.rejected)],
                "total_net": ["", str(parsed.total_net)],
            },
        )
        if waiting.count or understood.remarks:
            transaction.on_commit(lambda: ring(ANNOTATE_TASK, batch.pk))


@contextmanager
def _no_cycles_searched() -> Iterator[None]:
    """Rows hold no cycles: searching for them among all that a worker has loaded took a tenth of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _be_strict() -> None:
    """Foreign keys are checked with each chunk, while the next one is computed, and not all at the end.

    Whoever stops in the middle, alive but frozen, loses the transaction: others wait for their turn to add people.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{LONGEST_PAUSE}'")


@transaction.atomic
def _refuse(batch: PayrollBatch, refusal: Refusal) -> None:
    refused = PayrollBatch.objects.filter(pk=batch.pk, status=Status.READING, attempts=batch.attempts).update(
        status=Status.REFUSED,
        refused_code=refusal.code[:30],
        refused_message=refusal.message[:400],
        version=F("version") + 1,
    )
    if refused:
        record_event(
            actor=Actor.system("payroll.read_batch"),
            action="payroll.refuse",
            target=batch,
            project_id=batch.project_id,
            changes={"code": ["", refusal.code]},
        )
