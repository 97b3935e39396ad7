"""What a bank says of payments, applied: by a person's word on a read file, by a report, or on a whole file.

Whoever applies a result holds the batch's row, as whoever makes a file does: a result and a new file take turns.
"""

import datetime
import json
from collections.abc import Sequence

from django.db import connection, transaction

from payroll.imports.bank_results import ResultRow
from payroll.models import BankResult, BatchAct, Payout, PayoutFile
from payroll.services.answered_files import answered_file_locked, require_day, result_event
from payroll.services.payout_lines import batch_finish, files_settle
from payroll.services.result_matching import DOUBTFUL, result_match
from payroll.services.result_rows import counts_plain, rows_copy
from payroll.services.statement_matching import MATCH_TASK
from payroll.services.stored_files import file_store
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services.touch import ring, touch_projects
from responsibilities.services.trail import Actor, record_event

Status = BankResult.Status
Covers = BankResult.Covers


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
    counts = counts_plain(result_match(result))
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
    result_event(result=result, actor=actor, action="result.discard", changes={"sha256": ["", result.file.sha256]})
    return result


@transaction.atomic
def result_record(*, payout_file_id: int, rows: Sequence[dict], actor: Actor, scope=None) -> BankResult:
    """What another system says of payments, matched and applied at once: each row names seq or reference, and more.

    Rows as `{"seq", "reference", "card", "name", "amount", "outcome", "code", "message", "bank_reference", "on"}`.
    Doubtful rows are left out and stand in the result with their verdict.
    """
    file = answered_file_locked(payout_file_id, scope)
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
        file=file_store(name="接口报送.json", data=data),
        paid_on=today(),
        status=Status.READY,
        rows=len(given),
        rows_done=len(given),
        uploaded_by=actor.user,
        uploaded_at=now(),
    )
    rows_copy(result, given)
    result.counts = counts_plain(result_match(result))
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
    row = answered_file_locked(file_id, scope)
    require_day(row, on)
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
    # Whoever answers has the file: it can't be voided any more, or its other lines would be paid again.
    PayoutFile.objects.filter(pk=file.pk, state=PayoutFile.State.MADE).update(
        state=PayoutFile.State.SENT, sent_by=actor.user, sent_at=now()
    )
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


def _locked_result(result_id: int, scope) -> BankResult:
    file_id = BankResult.objects.filter(pk=result_id).values_list("payout_file_id", flat=True).first()
    if file_id is None:
        raise NotVisible("没有找到这份银行回执，或者它不在您的管辖范围内。")
    row = answered_file_locked(file_id, scope)
    result = BankResult.objects.select_for_update(of=("self",)).select_related("file").get(pk=result_id)
    result.payout_file, result.batch = row, row.batch
    return result


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
