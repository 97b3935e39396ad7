"""Saves construction contracts and enters their contractors as parties."""

import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from projects.models import Contract, Project, ProjectParty
from projects.services.parties import Part, decide_obstacles, set_single_party
from projects.services.visibility import require_reach
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

FIELDS = (
    "kind",
    "number",
    "employer",
    "contractor",
    "signed_on",
    "value",
    "labour_cost_ratio",
    "monthly_amount",
    "allocation_day",
    "measuring_cycle",
)


@transaction.atomic
def contract_save(
    *,
    project: Project,
    contract: Contract | None = None,
    version: int | None = None,
    kind: str,
    number: str,
    employer,
    contractor,
    signed_on: datetime.date,
    value: Decimal,
    labour_cost_ratio: Decimal | None = None,
    monthly_amount: Decimal | None = None,
    allocation_day: int | None = None,
    measuring_cycle: str = "",
    obstacle_reason: str = "",
    actor: Actor,
    scope: Scope | None = None,
    today: datetime.date | None = None,
) -> Contract:
    """Record or correct a contract; amounts in yuan, ratio as a share (0.2 is 20 %).

    The general contract's contractor becomes 施工总承包单位 and its value the project's; a subcontract's becomes
    分包单位, awarded by the employer. Errors: `contract_exists`, `general_contract_exists`, `same_unit`,
    `value_invalid`, `signed_in_future`, `obstacle`, `edited_meanwhile`. Basis: 724 art 24.
    """
    today = today or clock.today()
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    require_reach(project.pk, scope, Permission.CONTRACT_EDIT)
    after = dict(
        zip(
            FIELDS,
            (
                kind,
                number.strip(),
                employer,
                contractor,
                signed_on,
                value,
                labour_cost_ratio,
                monthly_amount,
                allocation_day,
                measuring_cycle.strip(),
            ),
            strict=True,
        )
    )
    _check(after, today)
    if contract is None:
        contract, before = Contract(project=project), {}
    else:
        contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk, project=project)
        if version is not None and version != contract.version:
            raise EditedMeanwhile("这份合同", contract.version)
        before = {name: getattr(contract, name) for name in FIELDS}
        if before == after:
            return contract
        contract.version += 1
    _require_single(project, contract, after)
    for name, item in after.items():
        setattr(contract, name, item)
    try:
        with transaction.atomic():
            contract.save()
    except IntegrityError as error:
        message = f"本项目已登记过编号为 {number} 的合同，请核对合同编号。"
        raise Refused("contract_exists", message, {"number": message}) from error
    _enter_contractor(project, contract, obstacle_reason, actor, today)
    record_event(
        actor=actor,
        action="contract_save",
        target=contract,
        project_id=project.pk,
        changes=changed_fields(_texts(before), _texts(after)),
        reason=obstacle_reason.strip(),
    )
    touch_projects([project.pk])
    return contract


def _check(values: dict, today: datetime.date) -> None:
    problems = {}
    if values["signed_on"] > today:
        problems["signed_on"] = ("signed_in_future", "签订日期不能晚于今天，请按合同上的日期填写。")
    if values["value"] <= 0:
        problems["value"] = ("value_invalid", "合同价款须大于 0 元。")
    if values["employer"].pk == values["contractor"].pk:
        problems["contractor"] = ("same_unit", "发包人和承包人不能是同一单位，请核对。")
    ratio = values["labour_cost_ratio"]
    if ratio is not None and not 0 < ratio <= 1:
        problems["labour_cost_ratio"] = ("value_invalid", "人工费用比例须大于 0%，不超过 100%。")
    day = values["allocation_day"]
    if day is not None and not 1 <= day <= 31:
        problems["allocation_day"] = ("value_invalid", "每月拨付日须为 1 至 31 之间的数。")
    if problems:
        code, message = next(iter(problems.values()))
        raise Refused(code, message, {name: text for name, (_, text) in problems.items()})


def _require_single(project: Project, contract: Contract, values: dict) -> None:
    if values["kind"] != Contract.Kind.GENERAL:
        return
    other = project.contracts.filter(kind=Contract.Kind.GENERAL).exclude(pk=contract.pk).first()
    if other:
        message = f"本项目已登记施工总承包合同 {other.number}，一个项目只有一份。请修改原合同，或登记为分包合同。"
        raise Refused("general_contract_exists", message, {"kind": message})


def _enter_contractor(
    project: Project, contract: Contract, obstacle_reason: str, actor: Actor, today: datetime.date
) -> None:
    general = contract.kind == Contract.Kind.GENERAL
    part = Part.GENERAL_CONTRACTOR if general else Part.SUBCONTRACTOR
    if not project.parties.filter(part=part, organization=contract.contractor).exists():
        decide_obstacles(
            project=project, organization=contract.contractor, reason=obstacle_reason, actor=actor, today=today
        )
    if general:
        set_single_party(project, part, contract.contractor, awarded_by=contract.employer)
        if project.contract_value != contract.value:
            project.contract_value = contract.value
            project.version += 1
            project.save(update_fields=["contract_value", "version", "updated_at"])
    else:
        ProjectParty.objects.update_or_create(
            project=project,
            part=part,
            organization=contract.contractor,
            defaults={"awarded_by": contract.employer},
        )


def _texts(values: dict) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items()}
