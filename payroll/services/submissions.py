"""Submitting and withdrawing a draft."""

from dataclasses import dataclass

from django.db import transaction

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.signing import UNSIGNED
from payroll.selectors import declarations
from payroll.selectors.batches import WITHDRAWABLE
from payroll.services.acts import act_record, batch_locked, batch_supersede, statement_signed
from payroll.services.confirmations import confirmations_open
from payroll.services.enrolling import batch_enrol, batch_let_go
from payroll.services.judging import batch_judge_again
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

Status = PayrollBatch.Status


@transaction.atomic
def batch_submit(
    *,
    batch_id: int,
    actor: Actor,
    scope=None,
    version: int | None = None,
    accepted: int | None = None,
    signed_name: str | None = None,
) -> PayrollBatch:
    """Make a draft the current payroll of its project, month and employer; the one before is superseded.

    Rows with errors are not in it. `accepted` is the number of rows that the person was shown and agreed to: where it
    differs, nothing is submitted. Submitting a submitted batch again changes nothing. `signed_name` signs the
    declaration and must be the caller's own name; programs may leave it out until they are changed, and the act then
    says so. Checks that look beyond the sheet are made again; what changed since the preview stands in the act
    (`facts["changed"]`, `payroll.rules.checks.again.change_words`). Every line gets its confirmation, and answers to
    the version before stand where its pay is the same. Errors: `nothing_to_submit`, `not_a_draft`, `edited_meanwhile`,
    `count_differs`, `signature_differs`, `money_on_its_way`, `check_stops` (a check that the 人社局 set to stop). Basis:
    724 art 31.
    """
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_SUBMIT)
    if batch.status == Status.SUBMITTED:
        return batch
    if version is not None and batch.version != version:
        raise EditedMeanwhile("这份工资表")
    if batch.status != Status.DRAFT:
        raise Refused("not_a_draft", f"这份工资表现在是“{batch.get_status_display()}”，只有“待提交”的可以提交。")
    if not batch.accepted:
        raise Refused("nothing_to_submit", "这份工资表没有一行可以受理。请下载批注版，改正后重新上传。")
    if accepted is not None and accepted != batch.accepted:
        raise Refused(
            "count_differs",
            f"您确认的是 {accepted} 行，而现在可受理的是 {batch.accepted} 行。请核对后重新提交。",
        )
    judged = batch_judge_again(batch)
    statement = statement_signed(code=declarations.SUBMIT, actor=actor, signed_name=signed_name)
    current = batch_supersede(batch=batch, actor=actor)
    batch.status, batch.stage = Status.SUBMITTED, PayrollBatch.Stage.CONFIRMING
    batch.supersedes = current
    batch.submitted_by, batch.submitted_at = actor.user, now()
    # What was shown of the file to settle its columns has served its turn.
    batch.proposal = None
    batch.version += 1
    batch.save(update_fields=["status", "stage", "supersedes", "submitted_by", "submitted_at", "proposal", "version"])
    enrolled = batch_enrol(batch)
    if current is not None:
        batch_let_go(current)
    asked = confirmations_open(batch, current)
    act_record(
        batch=batch,
        act=BatchAct.Act.SUBMIT,
        actor=actor,
        signed_name=signed_name,
        statement=statement,
        facts={
            "lines": batch.accepted,
            "supersedes": current.pk if current else None,
            "changed": judged.changed,
            **asked,
        },
    )
    record_event(
        actor=actor,
        action="payroll.submit",
        target=batch,
        project_id=batch.project_id,
        changes={
            "status": [Status.DRAFT.label, Status.SUBMITTED.label],
            "accepted": ["", str(batch.accepted)],
            "rejected": ["", str(batch.rejected)],
            "supersedes": ["", str(current.pk) if current else ""],
            "enrolled": ["", str(enrolled)],
            "signed_name": ["", signed_name or UNSIGNED],
            "asked": ["", str(asked["asked"])],
            "carried": ["", str(asked["carried"])],
            "changed": ["", judged.words],
            "sha256": ["", batch.file.sha256],
        },
    )
    touch_projects([batch.project_id])
    return batch


def discard_obstacle(batch: PayrollBatch) -> str:
    """Why a batch can't be withdrawn, in words; empty where it can."""
    if batch.status in WITHDRAWABLE:
        return ""
    if batch.status == Status.DISCARDED:
        return "这份工资表已经撤回。"
    if batch.status == Status.SUPERSEDED:
        return "这份工资表已被后来提交的一份替换，不再计入工资，不用撤回。"
    return "已提交的工资表不能撤回。如有错误，请上传更正后的表，提交后自动替换这一份。"


@dataclass
class Discarded:
    """What became of several batches: withdrawn ones, and the others each with the reason."""

    done: list[PayrollBatch]
    left: list[tuple[int, str]]


def batches_discard(*, versions: dict[int, int | None], actor: Actor, scope=None) -> Discarded:
    """Withdraw several batches, {batch: the version that was seen}, one after the other.

    Each in its own transaction and with its own event, as if it were withdrawn alone: one that was submitted or changed
    meanwhile is left and named, and hinders no other.
    """
    found = Discarded([], [])
    for batch_id, version in sorted(versions.items()):
        try:
            found.done.append(batch_discard(batch_id=batch_id, actor=actor, scope=scope, version=version))
        except NotVisible:
            # Nothing is told of what the caller may not see, not even that it is there.
            found.left.append((batch_id, "没有找到这份工资表，或者它不在您的管辖范围内。"))
        except Refused as refusal:
            found.left.append((batch_id, refusal.message))
    return found


@transaction.atomic
def batch_discard(*, batch_id: int, actor: Actor, scope=None, version: int | None = None) -> PayrollBatch:
    """Withdraw a batch that was not submitted. A submitted one is only ever superseded."""
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_UPLOAD)
    if batch.status == Status.DISCARDED:
        return batch
    if why := discard_obstacle(batch):
        raise Refused("already_submitted", why)
    if version is not None and batch.version != version:
        raise EditedMeanwhile("这份工资表")
    before, batch.status = batch.get_status_display(), Status.DISCARDED
    batch.proposal = None
    batch.version += 1
    batch.save(update_fields=["status", "proposal", "version"])
    record_event(
        actor=actor,
        action="payroll.discard",
        target=batch,
        project_id=batch.project_id,
        changes={"status": [before, batch.get_status_display()]},
    )
    return batch
