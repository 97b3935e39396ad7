"""Showing a person's number in full: a permission, and a trace of each time."""

from django.core.cache import cache
from django.db import transaction

from payroll.models import PayrollLine, RosterEntry, Worker
from payroll.selectors.batches import may_act_on
from payroll.selectors.register import person_by_pk
from payroll.services.line_events import line_named
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event

FIELDS = {"id_number": "身份证号", "bank_card": "银行卡号", "phone": "手机号"}


@transaction.atomic
def number_reveal(*, line_id: int, field: str, actor: Actor, scope=None) -> str:
    """The ID number, card or telephone behind a payroll line, in full. The trail keeps who asked for which."""
    line = PayrollLine.objects.select_related("batch", "worker", "card").filter(pk=line_id).first()
    if line is None or not may_act_on(scope, line.batch, Permission.PAYROLL_VIEW):
        raise NotVisible()
    if not may_act_on(scope, line.batch, Permission.PAYROLL_REVEAL):
        raise NotAllowed("您的岗位不能查看完整的证件号码和银行卡号。")
    sealed = {
        "id_number": line.worker.id_number_sealed,
        "bank_card": line.card.number_sealed if line.card else None,
        "phone": line.worker.phone_sealed,
    }.get(field)
    if sealed is None:
        raise Refused("nothing_to_reveal", "这一行没有登记该号码。")
    record_event(
        actor=actor,
        action="payroll.reveal",
        target=line.worker,
        project_id=line.batch.project_id,
        changes={"field": ["", FIELDS[field]]} | line_named(line),
    )
    return vault.unseal_text(sealed, field)


def worker_history_opened(*, worker: Worker, actor: Actor) -> None:
    """Keep who looked at what a worker earned over sites and months; once an hour for the same person."""
    if cache.add(f"history:{worker.pk}:{actor.user.pk if actor.user else 0}", 1, 3600):
        record_event(actor=actor, action="worker.open_history", target=worker, changes={})


@transaction.atomic
def worker_number_reveal(*, worker_id: int, field: str, actor: Actor, scope) -> str:
    """The ID number, telephone or latest card of a worker of the register, in full. The trail keeps who asked."""
    worker = person_by_pk(scope, worker_id)
    entry = (
        RosterEntry.objects.visible_to(scope.with_permission(Permission.PAYROLL_REVEAL)).filter(worker=worker).first()
    )
    if entry is None:
        raise NotAllowed("您的岗位不能查看完整的证件号码和银行卡号。")
    sealed = _sealed_of(worker, field)
    if sealed is None:
        raise Refused("nothing_to_reveal", "没有登记该号码。")
    record_event(
        actor=actor,
        action="payroll.reveal",
        target=worker,
        project_id=entry.project_id,
        changes={"field": ["", FIELDS[field]], "from": ["", "工人名册"]},
    )
    return vault.unseal_text(sealed, field)


def _sealed_of(worker: Worker, field: str) -> bytes | None:
    if field == "bank_card":
        card = worker.cards.order_by("-pk").first()
        return card.number_sealed if card else None
    return {"id_number": worker.id_number_sealed, "phone": worker.phone_sealed}.get(field)
