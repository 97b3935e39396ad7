"""A bank's answer taken in: stored, read in the background, matched, shown, and applied by a person's word.

Whoever applies a result holds the batch's row, as whoever makes a file does: a result and a new file take turns.
"""

import datetime
import hashlib
import json
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from payroll.imports.bank_results import ResultRow, open_result, rows_of
from payroll.models import BankResult, BankResultRow, BatchAct, Payout, PayoutFile, StoredFile
from payroll.rules.stages import Act
from payroll.services.copying import copy_in, text_of, value_of
from payroll.services.payout_files import batch_lock, require_stage
from payroll.services.payout_lines import batch_finish, files_settle
from payroll.services.progress import Progress
from payroll.services.queue import RESULTS
from payroll.services.result_matching import DOUBTFUL, result_match
from payroll.services.statement_matching import MATCH_TASK
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services import vault
from responsibilities.services.touch import ring, touch_projects
from responsibilities.services.trail import Actor, record_event
from sheets.reader import read
from sheets.refusal import MESSAGES, Refusal
from sheets.sniff import sniff

READ_RESULT_TASK = "payroll.read_result"
Status = BankResult.Status
Covers = BankResult.Covers
LIVE = (Status.QUEUED, Status.READING, Status.READY, Status.APPLIED)
TABLE = "payroll_bankresult"
CHUNK = 5000
NULL = "\\N"


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
    _check_file(data)
    row = _locked_file(payout_file_id, scope)
    _check_day(row, paid_on)
    digest = hashlib.sha256(data).hexdigest()
    known = BankResult.objects.filter(payout_file=row, file__sha256=digest, covers=covers, status__in=LIVE).first()
    if known is not None:
        return known, False
    bare = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    result = BankResult.objects.create(
        batch=row.batch,
        payout_file=row,
        file=StoredFile.objects.create(
            name=bare[:200] or "银行回执", sha256=digest, size=len(data), sealed=vault.seal_bytes(data, "file")
        ),
        covers=covers if covers in Covers.values else Covers.ALL,
        paid_on=paid_on,
        uploaded_by=actor.user,
        uploaded_at=now(),
    )
    _event(result, actor, "result.upload", {"file": ["", bare[:200]], "sha256": ["", digest]})
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


@transaction.atomic
def result_apply(*, result_id: int, version: int, actor: Actor, scope=None) -> BankResult:
    """Write what the bank said of each matched payment; one transaction. Doing it again changes nothing.

    Rows in doubt are not taken; where the file lists failures only, one doubtful row stops it all, because then
    nobody knows who is not among the rest. Errors: `not_ready`, `edited_meanwhile`, `changed_meanwhile`,
    `doubtful_rows`, `nothing_to_apply`.
    """
    result = _locked_result(result_id, scope)
    if result.status == Status.APPLIED:
        return result
    if result.status != Status.READY:
        raise Refused("not_ready", f"这份回执现在是“{result.get_status_display()}”，不能登记。")
    if result.version != version:
        raise EditedMeanwhile("这份回执", result.version)
    counts = _plain(result_match(result))
    if counts != result.counts:
        raise Refused("changed_meanwhile", "核对之后，这份代发文件又有了别的结果。请放弃这份回执，重新上传核对。")
    _apply(result, counts, actor)
    return result


@transaction.atomic
def result_discard(*, result_id: int, actor: Actor, scope=None) -> BankResult:
    """Give a result up before it was applied; nothing of it is taken."""
    result = _locked_result(result_id, scope)
    if result.status == Status.DISCARDED:
        return result
    if result.status == Status.APPLIED:
        raise Refused("already_applied", "这份回执已经登记，不能放弃。个别行有误的，在该行登记退汇。")
    result.status = Status.DISCARDED
    result.version += 1
    result.save(update_fields=["status", "version"])
    _event(result, actor, "result.discard", {"sha256": ["", result.file.sha256]})
    return result


@transaction.atomic
def result_record(*, payout_file_id: int, rows: Sequence[dict], actor: Actor, scope=None) -> BankResult:
    """What another system says of payments, matched and applied at once: each row names seq or reference, and more.

    Rows as `{"seq", "reference", "card", "name", "amount", "outcome", "code", "message", "bank_reference", "on"}`.
    Doubtful rows are left out and stand in the result with their verdict.
    """
    file = _locked_file(payout_file_id, scope)
    given = [
        ResultRow(
            row=number,
            reference=row.get("reference", ""),
            seq=row.get("seq"),
            name=row.get("name", ""),
            card=row.get("card") or None,
            last4=(row.get("card") or "")[-4:],
            amount=row.get("amount"),
            outcome=row["outcome"],
            code=row.get("code", ""),
            message=row.get("message", ""),
            bank_reference=row.get("bank_reference", ""),
            on=row.get("on"),
        )
        for number, row in enumerate(rows, start=1)
    ]
    # The card is kept by its index only, here too.
    plain = [{**row, "card": (row.get("card") or "")[-4:]} for row in rows]
    data = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str).encode()
    result = BankResult.objects.create(
        batch=file.batch,
        payout_file=file,
        file=StoredFile.objects.create(
            name="接口报送.json",
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            sealed=vault.seal_bytes(data, "file"),
        ),
        paid_on=today(),
        status=Status.READY,
        rows=len(given),
        rows_done=len(given),
        uploaded_by=actor.user,
        uploaded_at=now(),
    )
    _copy_rows(result, given)
    result.counts = _plain(result_match(result))
    result.save(update_fields=["counts"])
    if result.counts.get("paid") or result.counts.get("failed"):
        _apply(result, result.counts, actor)
    return result


@transaction.atomic
def payout_file_settle(
    *,
    file_id: int,
    outcome: str,
    on: datetime.date,
    note: str,
    actor: Actor,
    scope=None,
) -> int:
    """The bank's word on a whole file without a list: all that is under way was paid, or all of it was refused.

    Returns how many. Errors: `date_impossible`, `reason_missing`, `nothing_under_way`.
    """
    row = _locked_file(file_id, scope)
    _check_day(row, on)
    if not note.strip():
        message = "请填写依据，例如银行回单号，或银行整批退回的原因。"
        raise Refused("reason_missing", message, {"note": message})
    pending = row.payouts.filter(state=Payout.State.PENDING)
    if outcome == "paid":
        count = pending.update(state=Payout.State.PAID, paid_on=on, bank_reference=note.strip()[:80], settled_at=now())
    else:
        count = pending.update(state=Payout.State.FAILED, bank_message=note.strip()[:200], settled_at=now())
    if not count:
        raise Refused("nothing_under_way", "这份代发文件没有等待结果的行。")
    facts = {
        "file": row.sequence,
        "paid": count if outcome == "paid" else 0,
        "failed": 0 if outcome == "paid" else count,
    }
    _done(row, actor, facts, reason=note, action="result.whole")
    return count


def _store(result: BankResult, rows: Sequence[ResultRow], sheet: str, columns: dict, progress: Progress) -> None:
    with transaction.atomic():
        if result.covers == Covers.FAILURES:
            for row in rows:
                # A list of failures needs no column that says so.
                if row.outcome == "unclear" and not row.message:
                    row.outcome = "failed"
        BankResultRow.objects.filter(result=result).delete()
        _copy_rows(result, rows)
        progress.tell(len(rows), len(rows))
        counts = _plain(result_match(result))
        BankResult.objects.filter(pk=result.pk, status=Status.READING, attempts=result.attempts).update(
            status=Status.READY,
            sheet=sheet[:80],
            columns=columns,
            rows=len(rows),
            rows_done=len(rows),
            counts=counts,
            version=F("version") + 1,
        )


def _copy_rows(result: BankResult, rows: Sequence[ResultRow]) -> None:
    index = vault.blind_indexer("bank_card")
    for start in range(0, len(rows), CHUNK):
        copy_in(
            "payroll_bankresultrow (result_id, row, reference, seq, name, card_index, card_last4, amount, outcome,"
            ' code, message, bank_reference, "on", verdict)',
            "".join(
                [
                    f"{result.pk}\t{row.row}\t{text_of(row.reference, 80)}\t{value_of(row.seq)}\t"
                    f"{text_of(row.name, 60)}\t{_bytes(index(row.card)) if row.card else NULL}\t{row.last4}\t"
                    f"{value_of(row.amount)}\t{row.outcome}\t{text_of(row.code, 40)}\t{text_of(row.message, 200)}\t"
                    f"{text_of(row.bank_reference, 80)}\t{value_of(row.on)}\tunmatched\n"
                    for row in rows[start : start + CHUNK]
                ]
            ),
        )


def _bytes(value: bytes) -> str:
    """Bytes as COPY reads them; the backslash is itself escaped."""
    return "\\\\x" + value.hex()


def _apply(result: BankResult, counts: dict, actor: Actor) -> None:
    doubtful = sum(counts.get(name, 0) for name in DOUBTFUL)
    rest = result.covers == Covers.FAILURES
    if rest and doubtful:
        raise Refused(
            "doubtful_rows",
            f"回执里有 {doubtful} 行与代发文件对不上，不能确定其余各笔都已成功。请向银行核实，或改用逐笔列出成功和失败的回执。",
        )
    if not counts.get("paid") and not counts.get("failed") and not (rest and counts.get("silent")):
        raise Refused(
            "nothing_to_apply", "这份回执没有一笔能与代发文件对上的新结果，没有可以登记的。请核对是否传错了文件。"
        )
    file = result.payout_file
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE, {"result": result.pk, "on": result.paid_on, "now": now(), "today": today(), "made": file.made_at}
        )
        taken = cursor.rowcount
    if taken != counts.get("paid", 0) + counts.get("failed", 0):
        raise Refused("changed_meanwhile", "核对之后，这份代发文件又有了别的结果。请放弃这份回执，重新上传核对。")
    assumed = 0
    if rest:
        assumed = file.payouts.filter(state=Payout.State.PENDING).update(
            state=Payout.State.PAID, paid_on=result.paid_on, settled_at=now()
        )
    result.status, result.applied_by, result.applied_at = Status.APPLIED, actor.user, now()
    result.version += 1
    result.save(update_fields=["status", "applied_by", "applied_at", "version"])
    facts = {
        "result": result.pk,
        "file": file.sequence,
        "paid": counts.get("paid", 0) + assumed,
        "failed": counts.get("failed", 0),
        "doubtful": doubtful,
    }
    _done(file, actor, facts, action="result.apply", digest=result.file.sha256)


def _done(file: PayoutFile, actor: Actor, facts: dict, *, action: str, reason: str = "", digest: str = "") -> None:
    """What follows every answer of the bank: the file's state, the batch's act and stage, the trail."""
    batch = file.batch
    files_settle([file.pk])
    BatchAct.objects.create(
        batch=batch, act=BatchAct.Act.BANK_RESULT, by=actor.user, at=now(), facts=facts, reason=reason[:400]
    )
    record_event(
        actor=actor,
        action=action,
        target=batch,
        project_id=batch.project_id,
        changes={name: ["", str(value)] for name, value in (facts | ({"sha256": digest} if digest else {})).items()},
        reason=reason,
    )
    batch_finish(batch=batch, actor=actor)
    touch_projects([batch.project_id])
    transaction.on_commit(lambda: ring(MATCH_TASK, batch.project_id))


@transaction.atomic
def _refuse(result: BankResult, refusal: Refusal) -> None:
    BankResult.objects.filter(pk=result.pk, status=Status.READING, attempts=result.attempts).update(
        status=Status.REFUSED,
        refused_code=refusal.code,
        refused_message=refusal.message[:400],
        version=F("version") + 1,
    )


def _locked_file(file_id: int, scope) -> PayoutFile:
    batch_id = PayoutFile.objects.filter(pk=file_id).values_list("batch_id", flat=True).first()
    if batch_id is None:
        raise NotVisible("没有找到这份代发文件，或者它不在您的管辖范围内。")
    batch = batch_lock(batch_id, scope)
    row = PayoutFile.objects.select_related("file").get(pk=file_id)
    row.batch = batch
    if row.state == PayoutFile.State.VOIDED:
        raise Refused("voided", "这份代发文件已作废，不能登记银行结果。")
    if batch.stage != "paid":
        require_stage(batch, Act.BANK_RESULT)
    return row


def _locked_result(result_id: int, scope) -> BankResult:
    file_id = BankResult.objects.filter(pk=result_id).values_list("payout_file_id", flat=True).first()
    if file_id is None:
        raise NotVisible("没有找到这份银行回执，或者它不在您的管辖范围内。")
    row = _locked_file(file_id, scope)
    result = BankResult.objects.select_for_update(of=("self",)).select_related("file").get(pk=result_id)
    result.payout_file, result.batch = row, row.batch
    return result


def _check_file(data: bytes) -> None:
    if not data.strip(b"\x00 \t\r\n"):
        raise Refused("empty", MESSAGES["empty"], {"file": MESSAGES["empty"]})
    if len(data) > settings.PORTAL_UPLOAD_LIMIT:
        message = (
            f"文件超过 {settings.PORTAL_UPLOAD_LIMIT // (1024 * 1024)} MB 的上限。请只保留需要的工作表后重新上传。"
        )
        raise Refused("too_large", message, {"file": message})
    if sniff(data[:65_536]).kind == "other":
        raise Refused("not_a_sheet", MESSAGES["not_a_sheet"], {"file": MESSAGES["not_a_sheet"]})


def _check_day(row: PayoutFile, day: datetime.date) -> None:
    made = row.made_at.astimezone(now().tzinfo).date()
    if not made <= day <= today():
        message = f"发放日期应在代发文件生成日期 {made} 之后、今天之前，请按银行回单填写。"
        raise Refused("date_impossible", message, {"paid_on": message, "on": message})


def _plain(counts: dict) -> dict:
    """Counts as JSON keeps them."""
    return {name: int(value) for name, value in counts.items()}


def _event(result: BankResult, actor: Actor, action: str, changes: dict) -> None:
    record_event(actor=actor, action=action, target=result, project_id=result.batch.project_id, changes=changes)


# A row's own day counts where it can be true; else the day that the person gave for the file.
_TAKE = """
    UPDATE payroll_payout payout SET
        state = given.verdict,
        paid_on = CASE WHEN given.verdict = 'paid' THEN
            CASE WHEN given.on BETWEEN (%(made)s::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AND %(today)s
                 THEN given.on ELSE %(on)s END END,
        bank_code = given.code, bank_message = given.message, bank_reference = given.bank_reference,
        settled_at = %(now)s
    FROM payroll_bankresultrow given
    WHERE given.result_id = %(result)s AND given.payout_id = payout.id AND given.verdict IN ('paid', 'failed')
      AND payout.state = 'pending'
"""
