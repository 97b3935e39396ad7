"""A bank's return file taken in: stored sealed, queued, read and matched in the background."""

import datetime
import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from payroll.imports.bank_results import ResultRow, open_result, rows_of
from payroll.models import BankResult, BankResultRow
from payroll.services.answered_files import answered_file_locked, require_day, result_event
from payroll.services.progress import Progress
from payroll.services.queue import RESULTS
from payroll.services.result_matching import result_match
from payroll.services.result_rows import counts_plain, rows_copy
from payroll.services.stored_files import file_store
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor
from responsibilities.services.uploads import require_sheet
from sheets.reader import read
from sheets.refusal import Refusal

READ_RESULT_TASK = "payroll.read_result"
TABLE = "payroll_bankresult"
Status = BankResult.Status
Covers = BankResult.Covers
LIVE = (Status.QUEUED, Status.READING, Status.READY, Status.APPLIED)


@transaction.atomic
def result_upload(
    *,
    payout_file_id: int,
    name: str,
    data: bytes,
    covers: str,
    paid_on: datetime.date,
    actor: Actor,
    scope=None,
    wake: bool = True,
) -> tuple[BankResult, bool]:
    """Store a bank's return file and queue it. The same bytes for the same pay-out file are the same result.

    Errors: `empty`, `too_large`, `not_a_sheet`, `date_impossible`, `voided`, `not_paying`.
    """
    require_sheet(data)
    row = answered_file_locked(payout_file_id, scope)
    require_day(row, paid_on)
    digest = hashlib.sha256(data).hexdigest()
    known = BankResult.objects.filter(payout_file=row, file__sha256=digest, covers=covers, status__in=LIVE).first()
    if known is not None:
        return known, False
    file = file_store(name=name, data=data, unnamed="银行回执")
    result = BankResult.objects.create(
        batch=row.batch,
        payout_file=row,
        file=file,
        covers=covers if covers in Covers.values else Covers.ALL,
        paid_on=paid_on,
        uploaded_by=actor.user,
        uploaded_at=now(),
    )
    result_event(
        result=result, actor=actor, action="result.upload", changes={"file": ["", file.name], "sha256": ["", digest]}
    )
    if wake:
        transaction.on_commit(lambda: ring(READ_RESULT_TASK, result.pk))
    return result, True


def result_read(result_id: int) -> None:
    """Read and match a queued result if nobody else does. Safe to ring at any time and to kill at any moment."""
    with RESULTS.alone(result_id) as alone:
        result = RESULTS.claim(result_id) if alone else None
        if result is None:
            return
        try:
            with Progress(result.pk, result.attempts, TABLE) as progress:
                data = vault.unseal_bytes(result.file.sealed, "file")
                opened = open_result(read(data))
                expected = max(1, opened.sheet.height - opened.header.rows[-1])
                progress.tell(0, expected)
                rows = list(rows_of(opened))
                if not rows:
                    raise Refusal("empty", "文件里只有表头，没有一笔结果。请确认上传的是银行返回的代发结果。")
                progress.tell(len(rows) // 2, len(rows))
                _store(result, rows, opened.sheet.name, opened.header.letters, progress)
        except Refusal as refusal:
            _refuse(result, refusal)
        except BaseException:
            RESULTS.give_up(result)
            raise


def _store(result: BankResult, rows: Sequence[ResultRow], sheet: str, columns: dict, progress: Progress) -> None:
    with transaction.atomic():
        if result.covers == Covers.FAILURES:
            for row in rows:
                # A list of failures needs no column that says so.
                if row.outcome == "unclear" and not row.message:
                    row.outcome, row.message = "failed", row.note
        BankResultRow.objects.filter(result=result).delete()
        rows_copy(result, rows)
        progress.tell(len(rows), len(rows))
        counts = counts_plain(result_match(result))
        BankResult.objects.filter(pk=result.pk, status=Status.READING, attempts=result.attempts).update(
            status=Status.READY,
            sheet=sheet[:80],
            columns=columns,
            rows=len(rows),
            rows_done=len(rows),
            counts=counts,
            version=F("version") + 1,
        )


@transaction.atomic
def _refuse(result: BankResult, refusal: Refusal) -> None:
    BankResult.objects.filter(pk=result.pk, status=Status.READING, attempts=result.attempts).update(
        status=Status.REFUSED,
        refused_code=refusal.code[:30],
        refused_message=refusal.message[:400],
        version=F("version") + 1,
    )
