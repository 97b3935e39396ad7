"""Labour contracts and written agreements: registered, corrected, ended."""

import datetime
from typing import Any

from django.db import transaction

from payroll.models import LabourContract, RecordSource, RosterEntry
from payroll.selectors.site_people import contracts, may_keep_entry
from payroll.services.stored_files import file_store, require_scan
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

FIELDS = (
    "kind", "number", "signed_on", "starts_on", "ends_on", "task_based", "wage_form", "unit_price", "price_unit",
    "pay_day", "trade",
)  # fmt: skip


@transaction.atomic
def contract_save(
    *,
    entry: RosterEntry,
    facts: dict[str, Any],
    contract_id: int | None = None,
    version: int | None = None,
    scan: tuple[str, bytes] | None = None,
    source: str = RecordSource.FORM,
    actor: Actor,
    scope=None,
) -> LabourContract:
    """Register or correct a contract of the person of a roster entry. `scan`: (file name, bytes).

    Errors: `dates_missing`, `ends_before_starting`, `contract_twice`, `edited_meanwhile`, `scan_kind`, `too_large`.
    Basis: 724 art 28; 劳动合同法 art 10, 17.
    """
    if not may_keep_entry(scope, entry):
        raise NotAllowed("您的岗位不能登记这个项目的劳动合同。")
    _check(facts)
    if contract_id is None:
        contract = LabourContract(
            project_id=entry.project_id,
            worker_id=entry.worker_id,
            employer_id=entry.employer_id,
            source=source,
            created_by=actor.user,
        )
        before = dict.fromkeys(FIELDS, "")
    else:
        contract = _locked(contract_id, scope)
        if version is not None and contract.version != version:
            raise EditedMeanwhile("这份合同")
        before = {name: getattr(contract, name) for name in FIELDS}
        contract.version += 1
    for name in FIELDS:
        if name in facts:
            setattr(contract, name, facts[name])
    twin = LabourContract.objects.filter(
        worker_id=contract.worker_id,
        project_id=contract.project_id,
        employer_id=contract.employer_id,
        starts_on=contract.starts_on,
    ).exclude(pk=contract.pk)
    if twin.exists():
        message = f"此人在这个单位已有一份 {contract.starts_on} 生效的合同。请直接修改那一份。"
        raise Refused("contract_twice", message, {"starts_on": message})
    if scan is not None:
        require_scan(scan[1])
        contract.scan = file_store(name=scan[0], data=scan[1])
    contract.save()
    record_event(
        actor=actor,
        action="contract.register" if contract_id is None else "contract.correct",
        target=contract.worker,
        project_id=contract.project_id,
        changes=changed_fields(before, {name: getattr(contract, name) for name in FIELDS})
        | ({"scan": ["", contract.scan.sha256]} if scan is not None else {}),
    )
    touch_projects([contract.project_id])
    return contract


@transaction.atomic
def contract_end(
    *, contract_id: int, ended_on: datetime.date, reason: str, version: int, actor: Actor, scope=None
) -> LabourContract:
    """Record the termination of a contract before its end. Errors: `ends_before_starting`, `edited_meanwhile`."""
    contract = _locked(contract_id, scope)
    if contract.version != version:
        raise EditedMeanwhile("这份合同")
    if ended_on < contract.starts_on:
        message = f"解除日期早于生效日期 {contract.starts_on}。请核对。"
        raise Refused("ends_before_starting", message, {"ended_on": message})
    contract.ended_on, contract.ended_reason = ended_on, reason[:200]
    contract.version += 1
    contract.save(update_fields=["ended_on", "ended_reason", "version"])
    record_event(
        actor=actor,
        action="contract.end",
        target=contract.worker,
        project_id=contract.project_id,
        changes={"ended_on": ["", f"{ended_on}"], "reason": ["", contract.ended_reason]},
    )
    touch_projects([contract.project_id])
    return contract


@transaction.atomic
def contract_scan_open(*, contract: LabourContract, actor: Actor) -> tuple[str, bytes]:
    """(name, bytes) of the scan; the trail keeps who looked."""
    if contract.scan is None:
        raise NotVisible("这份合同没有上传扫描件。")
    record_event(
        actor=actor,
        action="contract.open_scan",
        target=contract.worker,
        project_id=contract.project_id,
        changes={"sha256": ["", contract.scan.sha256]},
    )
    return contract.scan.name, vault.unseal_bytes(contract.scan.sealed, "file")


def _check(facts: dict[str, Any]) -> None:
    starts_on, ends_on = facts.get("starts_on"), facts.get("ends_on")
    if starts_on is None:
        message = "请填写生效日期。"
        raise Refused("dates_missing", message, {"starts_on": message})
    if ends_on and ends_on < starts_on:
        message = "终止日期早于生效日期。请核对。"
        raise Refused("ends_before_starting", message, {"ends_on": message})


def _locked(contract_id: int, scope) -> LabourContract:
    contract = contracts(scope).filter(pk=contract_id).select_for_update(of=("self",)).first()
    if contract is None:
        raise NotVisible("没有找到这份合同，或者它不在您的管辖范围内。")
    entry = RosterEntry.objects.filter(
        project_id=contract.project_id, worker_id=contract.worker_id, employer_id=contract.employer_id
    ).first()
    if scope is not None and (entry is None or not may_keep_entry(scope, entry)):
        raise NotAllowed("您的岗位不能登记这个项目的劳动合同。")
    return contract
